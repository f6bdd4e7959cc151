using System.IO.Compression;
using System.Text;
using CsCheck;
using Tat.Tests.Formats;
using Tat.Torch.Checkpoints;
using Tat.Torch.Files;
using Tat.Torch.TensorFiles.PyTorch;

namespace Tat.Tests.Checkpoints;

/// <summary>Pickles that lie, explode or try to run code.</summary>
[TestClass]
public sealed class PickleReaderTests
{
    [TestMethod]
    [DataRow("cos\nsystem\n(X\x04\0\0\0echotR.", "'os.system'")]
    [DataRow("cbuiltins\neval\n(X\x01\0\0\01tR.", "'builtins.eval'")]
    [DataRow("cposix\nsystem\n.", "'posix.system'")]
    [DataRow("\x8c\x02os\x8c\x06system\x93.", "'os.system'")]
    [DataRow("ctorch\nload\n(X\x01\0\0\0xtR.", "'torch.load'")]
    [DataRow("ctorch.storage\nFloatStorage\n.", "'torch.storage.FloatStorage'")]
    [DataRow("cnumpy.core.multiarray\n_reconstruct\n.", "numpy.save")]
    [DataRow("i__main__\nX\n.", "opcode 0x69")]
    [DataRow("P0\n.", "opcode 0x50")]
    [DataRow("ctorch._utils\n_rebuild_tensor_v2\n(K\x01tR.", "in a way that tensors do not")]
    public void Code_is_refused_and_named(string pickle, string expected)
    {
        var error = Assert.ThrowsExactly<InvalidDataException>(() => Read(pickle));
        StringAssert.Contains(error.Message, expected);
    }

    /// <summary>
    /// What pickle.dumps made of a NumPy scalar, a Namespace, a defaultdict, a path, a Counter, a set and the number 7, by protocol 2 and
    /// 4.
    /// </summary>
    [TestMethod]
    [DataRow("gAJ9cQAoWAQAAABiZXN0cQFjbnVtcHkuY29yZS5tdWx0aWFycmF5CnNjYWxhcgpxAmNudW1weQpkdHlwZQpxA1gCAAAAZjhxBImIh3EFUnEGKEsDWAEAAAA8cQdOT"
        + "k5K/////0r/////SwB0cQhiY19jb2RlY3MKZW5jb2RlCnEJWAgAAAAzMzMzMzM/QHEKWAYAAABsYXRpbjFxC4ZxDFJxDYZxDlJxD1gEAAAAYXJnc3EQY2FyZ3BhcnNlC"
        + "k5hbWVzcGFjZQpxESmBcRJ9cRNYAgAAAGxycRRHP1BiTdLxqfxzYlgDAAAAbG9ncRVjY29sbGVjdGlvbnMKZGVmYXVsdGRpY3QKcRZjX19idWlsdGluX18KbGlzdApxF"
        + "4VxGFJxGVgEAAAAbG9zc3EaXXEbRz/wAAAAAAAAYXNYAwAAAG91dHEcY3BhdGhsaWIKUHVyZVBvc2l4UGF0aApxHVgBAAAAYXEeWAEAAABicR+GcSBScSFYAQAAAG5xI"
        + "mNjb2xsZWN0aW9ucwpDb3VudGVyCnEjfXEkKFgBAAAAYXElSwJYAQAAAGJxJksBdYVxJ1JxKFgFAAAAa2luZHNxKWNfX2J1aWx0aW5fXwpzZXQKcSpdcSsoSwFLAmWFc"
        + "SxScS1YBAAAAGxhc3RxLksHdS4=")]
    [DataRow("gASVZgEAAAAAAAB9lCiMBGJlc3SUjBVudW1weS5jb3JlLm11bHRpYXJyYXmUjAZzY2FsYXKUk5SMBW51bXB5lIwFZHR5cGWUk5SMAmY4lImIh5RSlChLA4wBPJROT"
        + "k5K/////0r/////SwB0lGJDCDMzMzMzMz9AlIaUUpSMBGFyZ3OUjAhhcmdwYXJzZZSMCU5hbWVzcGFjZZSTlCmBlH2UjAJscpRHP1BiTdLxqfxzYowDbG9nlIwLY29sb"
        + "GVjdGlvbnOUjAtkZWZhdWx0ZGljdJSTlIwIYnVpbHRpbnOUjARsaXN0lJOUhZRSlIwEbG9zc5RdlEc/8AAAAAAAAGFzjANvdXSUjAdwYXRobGlilIwNUHVyZVBvc2l4U"
        + "GF0aJSTlIwBYZSMAWKUhpRSlIwBbpRoGIwHQ291bnRlcpSTlH2UKIwBYZRLAowBYpRLAXWFlFKUjAVraW5kc5SPlChLAUsCkIwEbGFzdJRLB3Uu")]
    public void What_training_programs_save_beside_weights_is_passed_over(string pickle)
    {
        var items = ((PickleDictionary)Read(Encoding.Latin1.GetString(Convert.FromBase64String(pickle)))!).Items;
        Assert.AreEqual("numpy.core.multiarray.scalar, argparse.Namespace, , pathlib.PurePosixPath, , ",
            string.Join(", ", items.Take(5).Select(item => (item.Value as PickleIgnored)?.Name)) + ", ");
        Assert.AreEqual(("last", 7L), items[^1]);
    }

    [TestMethod]
    [DataRow("B\xff\xff\xff\x7f.", "announces 2147483647 bytes")]
    [DataRow("\x8e\xff\xff\xff\xff\xff\xff\xff\x7f.", "bytes where")]
    [DataRow("\x8e\xff\xff\xff\xff\xff\xff\xff\xff.", "announces -1")]
    [DataRow("X\xff\xff\xff\xff", "bytes where")]
    [DataRow("h\x05.", "never kept")]
    [DataRow(".", "empty stack")]
    [DataRow("]K\x01K\x02s.", "not a dictionary")]
    [DataRow("t.", "no mark")]
    [DataRow("]K\x01a", "ends in the middle")]
    public void Lies_and_damage_are_refused(string pickle, string expected)
    {
        var error = Assert.ThrowsExactly<InvalidDataException>(() => Read(pickle));
        StringAssert.Contains(error.Message, expected);
    }

    [TestMethod]
    [DataRow(0, new long[] { 3, 1L << 40 }, new long[] { 0, 0 })]
    [DataRow(0, new long[] { 3, 3 }, new long[] { 3, 1 })]
    [DataRow(1, new long[] { 6 }, new long[] { 1 })]
    [DataRow(-1, new long[] { 2 }, new long[] { 1 })]
    [DataRow(0, new long[] { 1L << 62, 1L << 62, 16 }, new long[] { 1, 1, 1 })]
    [DataRow(0, new long[] { 2, 2 }, new long[] { 1 })]
    [DataRow(0, new long[] { 2 }, new long[] { -1 })]
    public void A_tensor_that_leaves_its_storage_or_outgrows_it_is_refused(long offset, long[] shape, long[] strides)
    {
        var storage = new TensorStorage(ElementType.Single, 6);
        StringAssert.Contains(Assert.ThrowsExactly<InvalidDataException>(() =>
            StoredTensor.Create(storage, offset, shape, strides)).Message, "does not fit into its storage");
    }

    [TestMethod]
    public void Offsets_and_strides_are_honoured()
    {
        var bytes = new byte[24];
        Buffer.BlockCopy(new float[] { 0, 1, 2, 3, 4, 5 }, 0, bytes, 0, 24);
        var storage = new TensorStorage(ElementType.Single, 6) { Read = () => bytes };
        CollectionAssert.AreEqual(new float[] { 1, 3, 3, 5 }, StoredTensor.Create(storage, 1, [2, 2], [2, 2]).ToArray());
        CollectionAssert.AreEqual(new float[] { 0, 2, 4, 1, 3, 5 }, StoredTensor.Create(storage, 0, [2, 3], [1, 2]).ToArray());
    }

    [TestMethod]
    public void A_compressed_bomb_in_a_zip_is_refused()
    {
        using var folder = new TemporaryFolder();
        using (var archive = ZipFile.Open(folder["bomb.pth"], ZipArchiveMode.Create))
        {
            using var content = archive.CreateEntry("archive/data.pkl", CompressionLevel.SmallestSize).Open();
            content.Write(new byte[50_000_000]);
        }

        StringAssert.Contains(Assert.ThrowsExactly<InvalidDataException>(() => WeightsFile.Import(folder["bomb.pth"])).Message,
            "which PyTorch does not write");
    }

    [TestMethod]
    public void Dictionaries_that_hold_themselves_end()
    {
        // d = {}; d['x'] = d
        var value = Read("}q\0X\x01\0\0\0xh\0s.");
        StringAssert.Contains(Assert.ThrowsExactly<InvalidDataException>(() => StateDictionary.Find(value, new(100))).Message, "no tensor");
    }

    [TestMethod]
    public void Doubling_references_do_not_explode()
    {
        // d0 = {}; d1 = {a: d0, b: d0}; d2 = {a: d1, b: d1}; … thirty levels
        var pickle = new StringBuilder("}q\0");
        for (var level = 0; level < 30; level++)
        {
            pickle.Append($"}}q{(char)(level + 1)}(X\x01\0\0\0ah{(char)level}X\x01\0\0\0bh{(char)level}u");
        }

        StringAssert.Contains(Assert.ThrowsExactly<InvalidDataException>(() =>
            StateDictionary.Find(Read($"{pickle}."), new(pickle.Length))).Message, "no tensor");
    }

    [TestMethod]
    public void Random_bytes_give_a_value_or_a_clear_error_and_nothing_else() => Gen.Byte.Array[0, 60].Sample(bytes =>
    {
        try
        {
            new PickleReader(new MemoryStream(bytes), new PickleTensors(new(bytes.Length), (type, _, count) => new(type, count)),
                new(bytes.Length)).Read();
        }
        catch (InvalidDataException)
        {
        }
    });

    private static object? Read(string pickle)
    {
        var meter = new MemoryMeter(pickle.Length);
        return new PickleReader(new MemoryStream(Encoding.Latin1.GetBytes(pickle)),
            new PickleTensors(meter, (type, _, count) => new(type, count)), meter).Read();
    }
}
