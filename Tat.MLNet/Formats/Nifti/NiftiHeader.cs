using System.Buffers.Binary;
using System.Text;

namespace Tat.MLNet.Formats.Nifti;

/// <summary>
/// A NIfTI-1 or NIfTI-2 header as it is stored: every field can be written back untouched.
/// Offsets are those of <c>nifti1.h</c> (348 bytes) and <c>nifti2.h</c> (540 bytes), nifti.nimh.nih.gov.
/// </summary>
internal sealed class NiftiHeader
{
    public const int Size1 = 348;
    public const int Size2 = 540;
    public const int DescriptionLength = 80;

    private readonly byte[] _bytes;

    private NiftiHeader(byte[] bytes, int version, bool bigEndian)
    {
        _bytes = bytes;
        Version = version;
        IsBigEndian = bigEndian;
    }

    /// <summary>1 or 2.</summary>
    public int Version { get; }

    public bool IsBigEndian { get; }

    public ReadOnlySpan<byte> Bytes => _bytes;

    /// <summary>Length in bytes.</summary>
    public int Size => _bytes.Length;

    /// <summary>The bytes that tell a single file (<c>n+1</c>) from a pair (<c>ni1</c>).</summary>
    public Span<byte> Magic => Version == 1 ? _bytes.AsSpan(344, 4) : _bytes.AsSpan(4, 8);

    public int DataTypeCode
    {
        get => Int16(At(70, 12));
        set => SetInt16(At(70, 12), value);
    }

    public int BitsPerVoxel
    {
        set => SetInt16(At(72, 14), value);
    }

    public double VoxelOffset
    {
        get => Version == 1 ? Single(108) : Int64(168);
        set => Set(108, 168, value, wideIsInteger: true);
    }

    public double Slope
    {
        get => Real(112, 176);
        set => Set(112, 176, value);
    }

    public double Intercept
    {
        get => Real(116, 184);
        set => Set(116, 184, value);
    }

    public int QformCode => Version == 1 ? Int16(252) : Int32(344);

    public int SformCode
    {
        get => Version == 1 ? Int16(254) : Int32(348);
        set
        {
            if (Version == 1)
            {
                SetInt16(254, value);
            }
            else
            {
                SetInt32(348, value);
            }
        }
    }

    /// <summary>Codes of the units of space (bits 0–2) and of time (bits 3–5).</summary>
    public int Units
    {
        get => Version == 1 ? _bytes[123] : Int32(500);
        set
        {
            if (Version == 1)
            {
                _bytes[123] = (byte)value;
            }
            else
            {
                SetInt32(500, value);
            }
        }
    }

    /// <summary>The unit of space in millimetres; where it is unknown, millimetres are taken.</summary>
    public double Millimetres => (Units & 7) switch
    {
        1 => 1000,
        3 => 0.001,
        _ => 1,
    };

    /// <summary>The unit of time in seconds; <see langword="null"/> where it is unknown, or is not one of time.</summary>
    public double? Seconds => (Units & 0x38) switch
    {
        8 => 1,
        16 => 1e-3,
        24 => 1e-6,
        _ => null,
    };

    /// <summary>
    /// Empties the texts that could name a patient: description, auxiliary file, data base and type of an old header, name of the intent.
    /// </summary>
    public void ClearTexts()
    {
        Description.Clear();
        _bytes.AsSpan(At(228, 320), 24).Clear();
        _bytes.AsSpan(At(328, 508), 16).Clear();
        Unused.Clear();
        if (Version == 1)
        {
            _bytes.AsSpan(4, 10).Clear();
        }
    }

    /// <summary>
    /// With which options this product made the image: a digest in a field that has no other meaning (<c>db_name</c>, <c>unused_str</c>);
    /// <see langword="null"/> where it does not tell.
    /// </summary>
    public string? OptionsDigest
    {
        get => Contracts.OptionsDigest.Parse(Encoding.Latin1.GetString(Unused));
        set
        {
            Unused.Clear();
            Encoding.ASCII.GetBytes(value ?? "", Unused);
        }
    }

    private Span<byte> Unused => Version == 1 ? _bytes.AsSpan(14, 18) : _bytes.AsSpan(525, 15);

    /// <summary>Free text of 80 bytes, ended by a zero.</summary>
    public Span<byte> Description => _bytes.AsSpan(At(148, 240), DescriptionLength);

    /// <summary><c>dim[i]</c>, i = 0 … 7; <c>dim[0]</c> is the number of dimensions.</summary>
    public long Dimension(int i) => Version == 1 ? Int16(40 + (2 * i)) : Int64(16 + (8 * i));

    /// <summary><c>pixdim[i]</c>, i = 0 … 7.</summary>
    public double PixelDimension(int i) => Version == 1 ? Single(76 + (4 * i)) : Double(104 + (8 * i));

    /// <summary>A number of the quaternion and offset of the qform: b, c, d, x, y, z.</summary>
    public double Quaternion(int i) => Version == 1 ? Single(256 + (4 * i)) : Double(352 + (8 * i));

    /// <summary>A number of the 3 × 4 affine matrix of the sform.</summary>
    public double SformRow(int row, int column)
    {
        var i = (4 * row) + column;
        return Version == 1 ? Single(280 + (4 * i)) : Double(400 + (8 * i));
    }

    public void SetDimension(int i, long value)
    {
        if (Version == 1)
        {
            SetInt16(40 + (2 * i), checked((short)value));
        }
        else
        {
            SetInt64(16 + (8 * i), value);
        }
    }

    public void SetPixelDimension(int i, double value) => Set(76 + (4 * i), 104 + (8 * i), value);

    public void SetSformRow(int row, int column, double value)
    {
        var i = (4 * row) + column;
        Set(280 + (4 * i), 400 + (8 * i), value);
    }

    public NiftiHeader Clone() => new([.. _bytes], Version, IsBigEndian);

    /// <summary>An empty header.</summary>
    public static NiftiHeader Create(int version, bool bigEndian)
    {
        var header = new NiftiHeader(new byte[version == 1 ? Size1 : Size2], version, bigEndian);
        header.SetInt32(0, header.Size);
        return header;
    }

    /// <summary>
    /// Tells version and byte order from the first four bytes; the length of the header if they are NIfTI's (or Analyze's), else 0.
    /// </summary>
    public static int Detect(ReadOnlySpan<byte> start, out bool bigEndian)
    {
        bigEndian = false;
        if (start.Length < 4)
        {
            return 0;
        }

        var little = BinaryPrimitives.ReadInt32LittleEndian(start);
        var big = BinaryPrimitives.ReadInt32BigEndian(start);
        bigEndian = big is Size1 or Size2;
        return little is Size1 or Size2 ? little : bigEndian ? big : 0;
    }

    /// <summary>Wraps the bytes of a header whose length <see cref="Detect"/> has told.</summary>
    public static NiftiHeader Wrap(byte[] bytes, bool bigEndian) => new(bytes, bytes.Length == Size1 ? 1 : 2, bigEndian);

    private int At(int first, int second) => Version == 1 ? first : second;

    private double Real(int first, int second) => Version == 1 ? Single(first) : Double(second);

    private short Int16(int at) =>
        IsBigEndian ? BinaryPrimitives.ReadInt16BigEndian(_bytes.AsSpan(at)) : BinaryPrimitives.ReadInt16LittleEndian(_bytes.AsSpan(at));

    private int Int32(int at) =>
        IsBigEndian ? BinaryPrimitives.ReadInt32BigEndian(_bytes.AsSpan(at)) : BinaryPrimitives.ReadInt32LittleEndian(_bytes.AsSpan(at));

    private long Int64(int at) =>
        IsBigEndian ? BinaryPrimitives.ReadInt64BigEndian(_bytes.AsSpan(at)) : BinaryPrimitives.ReadInt64LittleEndian(_bytes.AsSpan(at));

    private float Single(int at) => BitConverter.Int32BitsToSingle(Int32(at));

    private double Double(int at) => BitConverter.Int64BitsToDouble(Int64(at));

    private void Set(int first, int second, double value, bool wideIsInteger = false)
    {
        if (Version == 1)
        {
            SetInt32(first, BitConverter.SingleToInt32Bits((float)value));
        }
        else
        {
            SetInt64(second, wideIsInteger ? (long)value : BitConverter.DoubleToInt64Bits(value));
        }
    }

    private void SetInt16(int at, int value)
    {
        if (IsBigEndian)
        {
            BinaryPrimitives.WriteInt16BigEndian(_bytes.AsSpan(at), (short)value);
        }
        else
        {
            BinaryPrimitives.WriteInt16LittleEndian(_bytes.AsSpan(at), (short)value);
        }
    }

    private void SetInt32(int at, int value)
    {
        if (IsBigEndian)
        {
            BinaryPrimitives.WriteInt32BigEndian(_bytes.AsSpan(at), value);
        }
        else
        {
            BinaryPrimitives.WriteInt32LittleEndian(_bytes.AsSpan(at), value);
        }
    }

    private void SetInt64(int at, long value)
    {
        if (IsBigEndian)
        {
            BinaryPrimitives.WriteInt64BigEndian(_bytes.AsSpan(at), value);
        }
        else
        {
            BinaryPrimitives.WriteInt64LittleEndian(_bytes.AsSpan(at), value);
        }
    }
}
