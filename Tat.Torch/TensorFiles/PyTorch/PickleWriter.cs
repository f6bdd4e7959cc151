using System.Buffers.Binary;
using System.Text;

namespace Tat.Torch.TensorFiles.PyTorch;

/// <summary>Writes the pickles that tensors need.</summary>
internal sealed class PickleWriter
{
    private readonly MemoryStream _bytes = new();

    public PickleWriter(int protocol = 2) => Raw(0x80, (byte)protocol);

    /// <summary>Ends the pickle.</summary>
    public byte[] ToArray()
    {
        Raw('.');
        return _bytes.ToArray();
    }

    public PickleWriter Mark() => Raw('(');

    public PickleWriter Tuple() => Raw('t');

    public PickleWriter EmptyTuple() => Raw(')');

    public PickleWriter Reduce() => Raw('R');

    public PickleWriter SetItems() => Raw('u');

    public PickleWriter PersistentId() => Raw('Q');

    public PickleWriter None() => Raw('N');

    public PickleWriter EmptyDictionary() => Raw('}');

    public PickleWriter ListOfOne(string item) => Raw(']').Text(item).Raw('a');

    public PickleWriter Boolean(bool value) => Raw(value ? (byte)0x88 : (byte)0x89);

    public PickleWriter Global(string module, string name)
    {
        Raw('c');
        _bytes.Write(Encoding.ASCII.GetBytes($"{module}\n{name}\n"));
        return this;
    }

    /// <summary>An empty OrderedDict.</summary>
    public PickleWriter OrderedDictionary() => Global("collections", "OrderedDict").EmptyTuple().Reduce();

    public PickleWriter Text(string value)
    {
        var bytes = Encoding.UTF8.GetBytes(value);
        Raw('X').Length(bytes.Length);
        _bytes.Write(bytes);
        return this;
    }

    /// <summary>Bytes; needs protocol 3.</summary>
    public PickleWriter Bytes(ReadOnlySpan<byte> value)
    {
        Raw('B').Length(value.Length);
        _bytes.Write(value);
        return this;
    }

    /// <summary>An integer.</summary>
    public PickleWriter Integer(long value)
    {
        Span<byte> bytes = stackalloc byte[8];
        if (value is >= int.MinValue and <= int.MaxValue)
        {
            BinaryPrimitives.WriteInt32LittleEndian(bytes, (int)value);
            Raw('J');
            _bytes.Write(bytes[..4]);
            return this;
        }

        BinaryPrimitives.WriteInt64LittleEndian(bytes, value);
        Raw(0x8a, 8);
        _bytes.Write(bytes);
        return this;
    }

    /// <summary>Integers as a tuple.</summary>
    public PickleWriter Integers(IEnumerable<long> values)
    {
        Mark();
        foreach (var value in values)
        {
            Integer(value);
        }

        return Tuple();
    }

    /// <summary>A contiguous tensor of a storage that another part of the file holds, or that <paramref name="storage"/> writes.</summary>
    public PickleWriter Tensor(long[] shape, Action<PickleWriter> storage)
    {
        Global("torch._utils", "_rebuild_tensor_v2").Mark();
        storage(this);
        return Integer(0).Integers(shape).Integers(Strides(shape)).Boolean(false).OrderedDictionary().Tuple().Reduce();
    }

    /// <summary>The persistent id of a storage of single-precision numbers.</summary>
    public PickleWriter Storage(string key, long count, bool legacy = false)
    {
        Mark().Text("storage").Global("torch", "FloatStorage").Text(key).Text("cpu").Integer(count);
        return (legacy ? None() : this).Tuple().PersistentId();
    }

    private static long[] Strides(long[] shape)
    {
        var strides = new long[shape.Length];
        var step = 1L;
        for (var axis = shape.Length - 1; axis >= 0; axis--)
        {
            (strides[axis], step) = (step, step * shape[axis]);
        }

        return strides;
    }

    private PickleWriter Raw(char opcode) => Raw((byte)opcode);

    private PickleWriter Raw(params ReadOnlySpan<byte> bytes)
    {
        _bytes.Write(bytes);
        return this;
    }

    private void Length(int value)
    {
        Span<byte> bytes = stackalloc byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(bytes, value);
        _bytes.Write(bytes);
    }
}
