using Microsoft.ML;
using Tat.Tests.Formats;
using Tat.Tests.Onnx;
using Tat.Torch.Checkpoints;
using Tat.Torch.Model;
using Tat.Torch.Onnx;

namespace Tat.Tests.Model;

public sealed partial class ModelVerificationTests
{
    [TestMethod]
    public void No_bit_of_a_model_can_flip_unnoticed()
    {
        using var model = ExportedModels.CreateModel();
        var bytes = new MemoryStream();
        model.Save(bytes);
        var random = new Random(1);
        for (var i = 0; i < 100; i++)
        {
            var damaged = Flip(bytes.ToArray(), random.Next(i % 2 == 0 ? 4000 : (int)bytes.Length), random.Next(8));
            Assert.ThrowsExactly<InvalidDataException>(() => TatModel.Load(new MemoryStream(damaged)).Dispose());
        }
    }

    [TestMethod]
    public void No_bit_of_an_exported_model_can_flip_unnoticed()
    {
        using var folder = new TemporaryFolder();
        using var model = ExportedModels.CreateModel();
        OnnxExporter.Export(model, folder["m.onnx"], new() { Verify = false });
        var bytes = File.ReadAllBytes(folder["m.onnx"]);
        OnnxChecksum.Verify(new OneWayStream(bytes), "the model");
        var random = new Random(1);
        for (var i = 0; i < 300; i++)
        {
            var damaged = Flip([.. bytes], random.Next(i % 3 == 0 ? bytes.Length - 2000 : 0, bytes.Length - 64), random.Next(8));
            Assert.ThrowsExactly<InvalidDataException>(() => OnnxChecksum.Verify(new MemoryStream(damaged), "the model"));
            if (i < 5)
            {
                File.WriteAllBytes(folder["damaged.onnx"], damaged);
                StringAssert.Contains(Assert.ThrowsExactly<InvalidDataException>(() => new OnnxRestorer(folder["damaged.onnx"])).Message,
                    "damaged.onnx");
                StringAssert.Contains(Assert.ThrowsExactly<InvalidDataException>(() =>
                    new MLContext().ImageRestoration.ReadModelInfo(folder["damaged.onnx"])).Message, "damaged.onnx");
                Assert.ThrowsExactly<InvalidDataException>(() => new OnnxRestorer(damaged));
            }
        }
    }

    [TestMethod]
    public void The_checksum_of_an_exported_model_cannot_be_lost_to_a_flipped_bit_or_to_what_follows_it()
    {
        using var folder = new TemporaryFolder();
        using var model = ExportedModels.CreateModel();
        OnnxExporter.Export(model, folder["m.onnx"], new() { Verify = false });
        var bytes = File.ReadAllBytes(folder["m.onnx"]);
        for (var bit = 0; bit < 64 * 8; bit++)
        {
            var damaged = Flip([.. bytes], bytes.Length - 1 - (bit / 8), bit % 8);
            Assert.ThrowsExactly<InvalidDataException>(() => new OnnxRestorer(damaged), $"bit {bit}");
        }

        byte[] unknownField = [0x7A, 80, .. new byte[80]];
        Assert.ThrowsExactly<InvalidDataException>(() => new OnnxRestorer([.. bytes, .. unknownField]));
    }

    [TestMethod]
    public void A_flipped_bit_in_weights_for_PyTorch_is_refused_or_changes_none()
    {
        using var folder = new TemporaryFolder();
        using var model = ExportedModels.CreateModel();
        WeightsFile.Export(model.Network, folder["w.pth"]);
        var bytes = File.ReadAllBytes(folder["w.pth"]);
        var random = new Random(1);
        var refused = 0;
        for (var i = 0; i < 100; i++)
        {
            File.WriteAllBytes(folder["damaged.pth"], Flip([.. bytes], random.Next(bytes.Length), random.Next(8)));
            try
            {
                using var read = WeightsFile.Import(folder["damaged.pth"], new() { Network = model.Network.Options });
                foreach (var (name, parameter) in read.Network.named_parameters())
                {
                    Assert.IsTrue(parameter.data<float>().SequenceEqual(model.Network.get_parameter(name)!.data<float>()), name);
                }
            }
            catch (InvalidDataException problem)
            {
                Assert.Contains("damaged.pth", problem.Message);
                refused++;
            }
        }

        Assert.IsGreaterThan(20, refused);
    }

    private static byte[] Flip(byte[] bytes, int at, int bit)
    {
        bytes[at] ^= (byte)(1 << bit);
        return bytes;
    }
}
