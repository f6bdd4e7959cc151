using System.Buffers.Binary;
using System.Text;
using CsCheck;
using Tat.Tests.Model;
using Tat.Torch.TensorFiles;
using static TorchSharp.torch;

namespace Tat.Tests.Checkpoints;

[TestClass]
public sealed class SafetensorsTests
{
    [TestMethod]
    public void Tensors_of_every_type_come_back_equal()
    {
        using var scope = NewDisposeScope();
        var types = new[]
        {
            ScalarType.Float64, ScalarType.Float32, ScalarType.Float16, ScalarType.BFloat16, ScalarType.Int64, ScalarType.Int32,
            ScalarType.Int16, ScalarType.Int8, ScalarType.Byte, ScalarType.Bool,
        };
        var tensors = types.ToDictionary(type => $"t.{type}", type => arange(0, 6).to(type).view(2, 3));
        tensors["scalar"] = tensor(3.5f);
        tensors["empty"] = zeros(0, 4);
        tensors["not contiguous"] = arange(0, 6, ScalarType.Float32).view(2, 3).t();
        var metadata = new Dictionary<string, string> { ["b"] = "ä \"quoted\"\n", ["a"] = string.Empty };
        var bytes = Write(tensors, metadata);

        foreach (var stream in new Stream[] { new MemoryStream(bytes), new OneWayStream(bytes) })
        {
            var reader = new SafetensorsReader(stream, "test");
            CollectionAssert.AreEquivalent(metadata, reader.Metadata.ToDictionary());
            var read = reader.ReadAll();
            Assert.HasCount(tensors.Count, read);
            foreach (var (name, expected) in tensors)
            {
                Assert.AreEqual(expected.dtype, read[name].dtype, name);
                CollectionAssert.AreEqual(expected.shape, read[name].shape, name);
                Assert.IsTrue(expected.equal(read[name]).all().item<bool>(), name);
            }
        }
    }

    [TestMethod]
    public void The_same_tensors_give_the_same_aligned_bytes()
    {
        using var scope = NewDisposeScope();
        var tensors = new Dictionary<string, Tensor> { ["x"] = ones(3, dtype: ScalarType.Byte), ["y"] = ones(2), ["a"] = ones(1) };
        var bytes = Write(tensors, new Dictionary<string, string> { ["k"] = "v" });
        CollectionAssert.AreEqual(bytes, Write(tensors.Reverse().ToDictionary(), new Dictionary<string, string> { ["k"] = "v" }));
        Assert.AreEqual(0UL, BinaryPrimitives.ReadUInt64LittleEndian(bytes) % 8);
        CollectionAssert.AreEqual(
            new[] { "a", "y", "x" }, new SafetensorsReader(new MemoryStream(bytes), "test").Entries.Select(entry => entry.Name).ToArray());
    }

    [TestMethod]
    [DataRow("""[]""", "an array")]
    [DataRow("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}}""", "fewer bytes than the shape needs")]
    [DataRow("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}""", "a gap before the first tensor")]
    [DataRow("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"b":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}""",
        "overlapping tensors")]
    [DataRow("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,0]}}""", "offsets in the wrong order")]
    [DataRow("""{"a":{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}}""", "a negative side")]
    [DataRow("""{"a":{"dtype":"F32","shape":[4611686018427387904,4],"data_offsets":[0,0]}}""", "a product that overflows to zero")]
    [DataRow("""{"a":{"dtype":"F32","shape":[1e3],"data_offsets":[0,4000]}}""", "more data than there is")]
    [DataRow("""{"a":{"dtype":"X9","shape":[1],"data_offsets":[0,4]}}""", "an unknown element type")]
    [DataRow("""{"a":{"dtype":7,"shape":[1],"data_offsets":[0,4]}}""", "a numeric element type")]
    [DataRow("""{"a":{"shape":[1],"data_offsets":[0,4]}}""", "no element type")]
    [DataRow("""{"a":7}""", "a tensor that is a number")]
    [DataRow("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}""",
        "a name twice")]
    [DataRow("""{"__metadata__":{"a":1}}""", "metadata that is not text")]
    [DataRow("""{"a":{"dtype":"F32","shape":[9223372036854775807],"data_offsets":[0,9223372036854775807]}}""", "offsets beyond the end")]
    [DataRow("""{"a":{"dtype":"U8","shape":[9223372036854775807],"data_offsets":[0,9223372036854775807]}"""
        + ""","b":{"dtype":"U8","shape":[2],"data_offsets":[9223372036854775807,9223372036854775807]}}""", "sums that overflow")]
    public void A_header_that_lies_is_refused(string header, string why)
    {
        var bytes = new byte[8 + Encoding.UTF8.GetByteCount(header) + 8];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, (ulong)Encoding.UTF8.GetByteCount(header));
        Encoding.UTF8.GetBytes(header).CopyTo(bytes, 8);
        var error = Assert.ThrowsExactly<InvalidDataException>(
            () => new SafetensorsReader(new MemoryStream(bytes), "lies.safetensors"), why);
        StringAssert.Contains(error.Message, "lies.safetensors");
    }

    [TestMethod]
    public void So_many_tensors_that_they_take_more_than_the_file_are_refused_before_they_are_made()
    {
        var entries = Enumerable.Range(0, 40_000).Select(i => $$"""
            "t{{i}}":{"dtype":"F32","shape":[0],"data_offsets":[0,0]}
            """);
        var header = Encoding.UTF8.GetBytes("{" + string.Join(',', entries) + "}");
        var bytes = new byte[8 + header.Length];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, (ulong)header.Length);
        header.CopyTo(bytes, 8);
        var reader = new SafetensorsReader(new MemoryStream(bytes), "many.safetensors");
        var error = Assert.ThrowsExactly<InvalidDataException>(reader.ReadAll);
        StringAssert.Contains(error.Message, "'many.safetensors'", StringComparison.Ordinal);
        StringAssert.Contains(error.Message, "40000 tensors", StringComparison.Ordinal);
    }

    [TestMethod]
    public void Damaged_files_are_refused_and_never_crash()
    {
        using var scope = NewDisposeScope();
        var good = Write(new Dictionary<string, Tensor> { ["x"] = ones(2, 3), ["y"] = ones(5, dtype: ScalarType.Int16) },
            new Dictionary<string, string> { ["k"] = "v" });
        Gen.Select(Gen.Int[0, good.Length - 1], Gen.Byte, Gen.Int[0, good.Length], Gen.Bool).Sample((position, value, length, oneWay) =>
        {
            var bytes = (byte[])good.Clone();
            bytes[position] = value;
            bytes = bytes[..length];
            try
            {
                foreach (var tensor in new SafetensorsReader(
                    oneWay ? new OneWayStream(bytes) : new MemoryStream(bytes), "test").ReadAll().Values)
                {
                    tensor.Dispose();
                }
            }
            catch (InvalidDataException)
            {
            }
        }, iter: 2000, threads: 1);
    }

    private static byte[] Write(Dictionary<string, Tensor> tensors, Dictionary<string, string> metadata)
    {
        var stream = new MemoryStream();
        SafetensorsWriter.Write(stream, tensors, metadata);
        return stream.ToArray();
    }
}
