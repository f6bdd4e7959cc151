using System.Buffers.Binary;
using System.Text;

namespace Tat.Torch.Runtime.Loading;

/// <summary>
/// The tables that bind a 64-bit little-endian ELF shared object to the libraries it needs: dynamic symbols, their
/// versions and the version requirements (System V ABI, chapters 4 and 5; Linux Standard Base 5.0, 10.7 Symbol Versioning).
/// </summary>
/// <remarks>
/// Every offset and length of the file is checked before it is followed; a file that lies is an <see cref="InvalidDataException"/>.
/// </remarks>
internal sealed class ElfImage
{
    /// <summary>Version indices are 15 bits wide, so a sound file has no more requirements than this.</summary>
    private const int MaximumRequirements = 0x8000;
    private const int HeaderSize = 64, SegmentSize = 56, DynamicSize = 16, SymbolSize = 24, NeedSize = 16, RequirementSize = 16;
    private const uint LoadSegment = 1, DynamicSegment = 2;

    private readonly byte[] _file;
    private readonly List<(ulong Address, ulong Offset, ulong Length)> _segments = [];
    private readonly Dictionary<ulong, ulong> _dynamic = [];
    private readonly (int Offset, int Length) _strings;
    private readonly (int Offset, int Length) _symbols;
    private readonly (int Offset, int Length) _versions;

    private ElfImage(byte[] file)
    {
        _file = file;
        ReadSegments();
        _strings = Locate(Tag(DynamicTag.StringTable), Tag(DynamicTag.StringTableSize));
        ulong symbolCount = CountImports();
        _symbols = Locate(Tag(DynamicTag.SymbolTable), checked(symbolCount * SymbolSize));
        _versions = Locate(Tag(DynamicTag.SymbolVersions), checked(symbolCount * 2));
        Requirements = ReadRequirements();
    }

    private enum DynamicTag : ulong
    {
        Null = 0,
        Hash = 4,
        StringTable = 5,
        SymbolTable = 6,
        StringTableSize = 10,
        GnuHash = 0x6ffffef5,
        SymbolVersions = 0x6ffffff0,
        Needs = 0x6ffffffe,
        NeedCount = 0x6fffffff,
    }

    /// <summary>The versions that the file requires of other libraries.</summary>
    public IReadOnlyList<ElfVersionRequirement> Requirements { get; }

    /// <summary>Number of dynamic symbols that the file may import; symbol 0 is reserved.</summary>
    public int ImportCount => _symbols.Length / SymbolSize;

    /// <summary>Reads the tables of <paramref name="file"/>, which is kept and not changed.</summary>
    /// <exception cref="InvalidDataException">The file is no such ELF file, is cut short, or points outside itself.</exception>
    public static ElfImage Read(byte[] file)
    {
        try
        {
            return new ElfImage(file);
        }
        catch (OverflowException)
        {
            throw Damaged("a table is larger than an address can say");
        }
    }

    /// <summary>The imported symbol at <paramref name="index"/>, from 1 to <see cref="ImportCount"/> − 1.</summary>
    public ElfImport Import(int index)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)index, (uint)ImportCount, nameof(index));
        int symbol = _symbols.Offset + index * SymbolSize;
        int version = _versions.Offset + index * 2;
        bool isUndefined = U16(symbol + 6) == 0;
        bool isFunction = (_file[symbol + 4] & 0xf) == 2;
        return new ElfImport(U32(symbol), (ushort)(U16(version) & 0x7fff), isUndefined && isFunction, symbol, version);
    }

    /// <summary>The text at <paramref name="offset"/> of the string table.</summary>
    public string Text(uint offset)
    {
        if (offset >= _strings.Length)
        {
            throw Damaged("a name lies outside the string table");
        }
        ReadOnlySpan<byte> rest = _file.AsSpan(_strings.Offset + (int)offset, _strings.Length - (int)offset);
        int end = rest.IndexOf((byte)0);
        return end >= 0 ? Encoding.Latin1.GetString(rest[..end]) : throw Damaged("a name has no end");
    }

    private void ReadSegments()
    {
        ReadOnlySpan<byte> identification = [0x7f, (byte)'E', (byte)'L', (byte)'F', 2, 1];
        if (_file.Length < HeaderSize || !_file.AsSpan().StartsWith(identification))
        {
            throw Damaged("it is not a 64-bit little-endian ELF file");
        }
        ulong table = U64(32);
        int size = U16(54), count = U16(56);
        if (size != SegmentSize)
        {
            throw Damaged($"its program headers are {size} bytes long");
        }
        int position = Range(table, (ulong)(size * count));
        (int Offset, int Length)? dynamic = null;
        for (int i = 0; i < count; i++, position += SegmentSize)
        {
            ulong offset = U64(position + 8), address = U64(position + 16), length = U64(position + 32);
            switch (U32(position))
            {
                case LoadSegment:
                    Range(offset, length);
                    _segments.Add((address, offset, length));
                    break;
                case DynamicSegment:
                    dynamic = (Range(offset, length), (int)length);
                    break;
            }
        }
        ReadDynamic(dynamic ?? throw Damaged("it has no dynamic section"));
    }

    private void ReadDynamic((int Offset, int Length) section)
    {
        for (int i = 0; i + DynamicSize <= section.Length; i += DynamicSize)
        {
            ulong tag = U64(section.Offset + i);
            if (tag == (ulong)DynamicTag.Null)
            {
                return;
            }
            _dynamic[tag] = U64(section.Offset + i + 8);
        }
    }

    /// <summary>A hash table tells where exported symbols begin; imported ones stand before them.</summary>
    private ulong CountImports()
    {
        bool isGnu = _dynamic.TryGetValue((ulong)DynamicTag.GnuHash, out ulong table);
        return U32(Locate(isGnu ? table : Tag(DynamicTag.Hash), 8).Offset + 4);
    }

    private List<ElfVersionRequirement> ReadRequirements()
    {
        var found = new List<ElfVersionRequirement>();
        ulong needAddress = Tag(DynamicTag.Needs);
        for (ulong left = Tag(DynamicTag.NeedCount); left > 0; left--)
        {
            int need = Locate(needAddress, NeedSize).Offset;
            string library = Text(U32(need + 4));
            ulong address = checked(needAddress + U32(need + 8));
            for (int i = U16(need + 2); i > 0; i--)
            {
                int entry = Locate(address, RequirementSize).Offset;
                found.Add(new ElfVersionRequirement(library, Text(U32(entry + 8)), U16(entry + 6), entry));
                if (found.Count > MaximumRequirements)
                {
                    throw Damaged("it requires more versions than can be numbered");
                }
                address = checked(address + U32(entry + 12));
            }
            uint next = U32(need + 12);
            if (next == 0)
            {
                break;
            }
            needAddress = checked(needAddress + next);
        }
        return found;
    }

    private ulong Tag(DynamicTag tag) =>
        _dynamic.TryGetValue((ulong)tag, out ulong value) ? value : throw Damaged($"its dynamic section says nothing of {tag}");

    /// <summary>Where in the file the bytes lie that the loader puts at <paramref name="address"/>.</summary>
    private (int Offset, int Length) Locate(ulong address, ulong length)
    {
        foreach (var segment in _segments)
        {
            if (address >= segment.Address && address - segment.Address <= segment.Length
                && length <= segment.Length - (address - segment.Address))
            {
                return ((int)(segment.Offset + (address - segment.Address)), (int)length);
            }
        }
        throw Damaged($"{length} bytes at address 0x{address:x} are in none of its segments");
    }

    private int Range(ulong offset, ulong length)
    {
        ulong size = (ulong)_file.Length;
        return offset <= size && length <= size - offset
            ? (int)offset
            : throw Damaged($"{length} bytes at offset {offset} lie beyond its end");
    }

    private ushort U16(int offset) => BinaryPrimitives.ReadUInt16LittleEndian(_file.AsSpan(offset));

    private uint U32(int offset) => BinaryPrimitives.ReadUInt32LittleEndian(_file.AsSpan(offset));

    private ulong U64(int offset) => BinaryPrimitives.ReadUInt64LittleEndian(_file.AsSpan(offset));

    private static InvalidDataException Damaged(string why) => new($"The shared object cannot be read: {why}.");
}
