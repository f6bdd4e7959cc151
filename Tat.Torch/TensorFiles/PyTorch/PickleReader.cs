using System.Buffers.Binary;
using System.Numerics;
using System.Text;
using Tat.Torch.Files;

namespace Tat.Torch.TensorFiles.PyTorch;

/// <summary>
/// Reads a Python pickle (protocols 0x80 2–5, PEP 307, 3154) that is made of containers, numbers, text and tensors, and of nothing else.
/// </summary>
/// <remarks>
/// No name in a pickle is looked up, imported or run: the few functions that tensors are stored with are understood here, and any other
/// name is refused. What values take is counted against the budget of the file, also where a short opcode makes a large one.
/// </remarks>
internal sealed class PickleReader(Stream stream, PickleTensors tensors, MemoryMeter meter)
{
    /// <summary>Bytes of a place on the stack and in a container, and of an object with its first fields.</summary>
    private const int PlaceSize = 32;
    private const int ObjectSize = 64;
    private const int LongestName = 200;

    private static readonly object _mark = new();
    private static readonly PickleIgnored _set = new("set");
    private readonly List<object?> _stack = [];
    private readonly Dictionary<long, object?> _memo = [];

    /// <summary>Reads one pickle from the present position, up to its STOP.</summary>
    /// <exception cref="InvalidDataException">It is damaged, or holds something that is not allowed.</exception>
    public object? Read()
    {
        try
        {
            for (var opcode = ReadByte(); opcode != '.'; opcode = ReadByte())
            {
                Execute((char)opcode);
            }

            return Pop();
        }
        catch (EndOfStreamException exception)
        {
            throw new InvalidDataException("the pickle ends in the middle", exception);
        }
    }

    private void Execute(char opcode)
    {
        switch (opcode)
        {
            case '\x80': ReadByte(); break; // PROTO
            case '\x95': ReadBytes(8); break; // FRAME
            case '(': Push(_mark); break;
            case '0': Pop(); break; // POP
            case 'N': Push(null); break;
            case '\x88': Push(true); break;
            case '\x89': Push(false); break;
            case 'K': Push((long)ReadByte()); break;
            case 'M': Push((long)BinaryPrimitives.ReadUInt16LittleEndian(ReadBytes(2))); break;
            case 'J': Push((long)ReadInt32()); break;
            case '\x8a': Push(ReadInteger(ReadByte())); break; // LONG1
            case 'G': Push(BinaryPrimitives.ReadDoubleBigEndian(ReadBytes(8))); break; // BINFLOAT
            case '\x8c': Push(ReadText(ReadByte())); break; // SHORT_BINUNICODE
            case 'X': Push(ReadText(ReadUInt32())); break; // BINUNICODE
            case '\x8d': Push(ReadText(ReadInt64())); break; // BINUNICODE8
            case 'C': Push(ReadBytes(ReadByte())); break; // SHORT_BINBYTES
            case 'B': Push(ReadBytes(ReadUInt32())); break; // BINBYTES
            case '\x8e': Push(ReadBytes(ReadInt64())); break; // BINBYTES8
            case ']': Push(new List<object?>()); break;
            case '}': Push(new PickleDictionary()); break;
            case ')': Push(new PickleTuple([])); break;
            case '\x85': Push(new PickleTuple(PopMany(1))); break;
            case '\x86': Push(new PickleTuple(PopMany(2))); break;
            case '\x87': Push(new PickleTuple(PopMany(3))); break;
            case 't': Push(new PickleTuple(PopToMark())); break;
            case 'a': Append([Pop()]); break;
            case 'e': Append(PopToMark()); break;
            case 's': SetItems(PopMany(2)); break;
            case 'u': SetItems(PopToMark()); break;
            case 'q': Remember(ReadByte()); break;
            case 'r': Remember(ReadUInt32()); break;
            case '\x94': Remember(_memo.Count); break; // MEMOIZE
            case 'h': Push(Recall(ReadByte())); break;
            case 'j': Push(Recall(ReadUInt32())); break;
            case 'c': Push(Allow(new(ReadLine(), ReadLine()))); break;
            case '\x93': PushGlobal(); break;
            case '\x8f': Push(_set); break; // EMPTY_SET
            case '\x90': PopToMark(); break; // ADDITEMS
            case '\x91': PopToMark(); Push(_set); break; // FROZENSET
            case 'Q': Push(tensors.Load(Pop())); break; // BINPERSID
            case 'R' or '\x81': Reduce(); break; // REDUCE, NEWOBJ
            case 'b': Build(); break;
            default: throw new InvalidDataException($"the pickle has the opcode 0x{(int)opcode:x2}, which tensors do not need");
        }
    }

    private static PickleGlobal Allow(PickleGlobal name) => PickleTensors.IsAllowed(name)
        ? name
        : name.Module.Split('.')[0] == "numpy"
        ? throw new InvalidDataException($"the pickle holds a NumPy array ('{name}'); write arrays with numpy.save as .npy, or make them "
            + "tensors (torch.from_numpy) before pickling")
        : throw new InvalidDataException($"the pickle refers to '{name}', which is not one of the names that tensors are stored with; "
            + "nothing of it was run: save the weights alone, torch.save(model.state_dict(), 'weights.pth')");

    private void PushGlobal()
    {
        var names = PopMany(2);
        Push(Allow(new(Text(names[0]), Text(names[1]))));
    }

    private void Reduce()
    {
        var call = PopMany(2);
        Push(call is [PickleGlobal function, PickleTuple arguments]
            ? tensors.Call(function, arguments.Items)
            : throw new InvalidDataException("the pickle calls something that has no name"));
    }

    /// <summary>
    /// BUILD sets attributes: on an OrderedDict PyTorch's <c>_metadata</c>, which is of no use here, as are those of what is ignored.
    /// </summary>
    private void Build()
    {
        var state = Pop();
        if (Peek() is not PickleIgnored && (Peek() is not PickleDictionary || state is not (PickleDictionary or PickleTuple)))
        {
            throw new InvalidDataException("the pickle sets attributes of something that is not a dictionary");
        }
    }

    private void Append(object?[] items)
    {
        if (Peek() is not List<object?> list)
        {
            throw new InvalidDataException("the pickle appends to something that is not a list");
        }

        list.AddRange(items);
    }

    private void SetItems(object?[] items)
    {
        if (Peek() is not PickleDictionary dictionary || items.Length % 2 != 0)
        {
            throw new InvalidDataException("the pickle sets items of something that is not a dictionary");
        }

        for (var i = 0; i < items.Length; i += 2)
        {
            dictionary.Items.Add((items[i], items[i + 1]));
        }
    }

    private void Push(object? value)
    {
        meter.Take(PlaceSize + value switch
        {
            null or bool or PickleGlobal => 0,
            string text => ObjectSize + (2L * text.Length),
            byte[] bytes => ObjectSize + bytes.LongLength,
            _ => ObjectSize,
        });
        _stack.Add(value);
    }

    private void Remember(long index)
    {
        meter.Take(ObjectSize);
        _memo[index] = Peek();
    }

    private object? Peek() => _stack.Count > 0 ? _stack[^1] : throw new InvalidDataException("the pickle takes from an empty stack");

    private object? Pop()
    {
        var value = Peek();
        _stack.RemoveAt(_stack.Count - 1);
        return value;
    }

    private object?[] PopMany(int count)
    {
        if (_stack.Count < count)
        {
            throw new InvalidDataException("the pickle takes from an empty stack");
        }

        object?[] items = [.. _stack[^count..]];
        _stack.RemoveRange(_stack.Count - count, count);
        return items;
    }

    private object?[] PopToMark()
    {
        var mark = _stack.LastIndexOf(_mark);
        if (mark < 0)
        {
            throw new InvalidDataException("the pickle has no mark where one is due");
        }

        var items = PopMany(_stack.Count - mark - 1);
        Pop();
        return items;
    }

    private object? Recall(long index) => _memo.TryGetValue(index, out var value)
        ? value
        : throw new InvalidDataException($"the pickle recalls {index}, which it never kept");

    private static string Text(object? value) =>
        value as string ?? throw new InvalidDataException("the pickle has something else where a name is due");

    private byte ReadByte() => stream.ReadByte() is var value and >= 0 ? (byte)value : throw new EndOfStreamException();

    private int ReadInt32() => BinaryPrimitives.ReadInt32LittleEndian(ReadBytes(4));

    private long ReadUInt32() => BinaryPrimitives.ReadUInt32LittleEndian(ReadBytes(4));

    private long ReadInt64() => BinaryPrimitives.ReadInt64LittleEndian(ReadBytes(8));

    private string ReadText(long length) => Encoding.UTF8.GetString(ReadBytes(length));

    private object ReadInteger(int length)
    {
        var value = new BigInteger(ReadBytes(length));
        return value >= long.MinValue && value <= long.MaxValue ? (long)value : value;
    }

    private byte[] ReadBytes(long length)
    {
        if (length < 0 || length > stream.Length - stream.Position)
        {
            throw new InvalidDataException($"the pickle announces {length} bytes where {stream.Length - stream.Position} are left");
        }

        var bytes = new byte[length];
        stream.ReadExactly(bytes);
        return bytes;
    }

    private string ReadLine()
    {
        var line = new StringBuilder();
        for (var next = ReadByte(); next != '\n'; next = ReadByte())
        {
            line.Append(line.Length < LongestName
                ? (char)next
                : throw new InvalidDataException("the pickle has a name that is longer than those of tensors"));
        }

        return line.ToString();
    }
}
