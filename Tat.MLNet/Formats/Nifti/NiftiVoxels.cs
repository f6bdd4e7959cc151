using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.InteropServices;

namespace Tat.MLNet.Formats.Nifti;

/// <summary>Stored voxels ↔ physical values: value = stored × slope + intercept.</summary>
/// <param name="Type">How a voxel is stored.</param>
/// <param name="IsBigEndian">Byte order of the file.</param>
/// <param name="Slope">Multiplies the stored value; never 0.</param>
/// <param name="Intercept">Is added to it.</param>
internal readonly record struct NiftiVoxels(NiftiDataType Type, bool IsBigEndian, double Slope = 1, double Intercept = 0)
{
    public int Size => NiftiDataTypes.SizeOf(Type);

    /// <summary>Reads voxels; changes the order of the bytes it is given.</summary>
    public void Decode(Span<byte> stored, Span<float> values)
    {
        ToMachineOrder(stored);
        switch (Type)
        {
            case NiftiDataType.UInt8: Decode<byte>(stored, values); break;
            case NiftiDataType.Int8: Decode<sbyte>(stored, values); break;
            case NiftiDataType.Int16: Decode<short>(stored, values); break;
            case NiftiDataType.UInt16: Decode<ushort>(stored, values); break;
            case NiftiDataType.Int32: Decode<int>(stored, values); break;
            case NiftiDataType.UInt32: Decode<uint>(stored, values); break;
            case NiftiDataType.Int64: Decode<long>(stored, values); break;
            case NiftiDataType.UInt64: Decode<ulong>(stored, values); break;
            case NiftiDataType.Float32: Decode<float>(stored, values); break;
            default: Decode<double>(stored, values); break;
        }
    }

    /// <summary>Stores values; integers are rounded to the nearest and saturate, NaN becomes 0 in them.</summary>
    public void Encode(ReadOnlySpan<float> values, Span<byte> stored)
    {
        switch (Type)
        {
            case NiftiDataType.UInt8: EncodeInteger<byte>(values, stored); break;
            case NiftiDataType.Int8: EncodeInteger<sbyte>(values, stored); break;
            case NiftiDataType.Int16: EncodeInteger<short>(values, stored); break;
            case NiftiDataType.UInt16: EncodeInteger<ushort>(values, stored); break;
            case NiftiDataType.Int32: EncodeInteger<int>(values, stored); break;
            case NiftiDataType.UInt32: EncodeInteger<uint>(values, stored); break;
            case NiftiDataType.Int64: EncodeInteger<long>(values, stored); break;
            case NiftiDataType.UInt64: EncodeInteger<ulong>(values, stored); break;
            case NiftiDataType.Float32: EncodeReal<float>(values, stored); break;
            default: EncodeReal<double>(values, stored); break;
        }

        ToMachineOrder(stored);
    }

    /// <summary>How many values lie beyond what an integer type can store.</summary>
    public int CountBeyond(ReadOnlySpan<float> values) => Type switch
    {
        NiftiDataType.UInt8 => CountBeyond<byte>(values),
        NiftiDataType.Int8 => CountBeyond<sbyte>(values),
        NiftiDataType.Int16 => CountBeyond<short>(values),
        NiftiDataType.UInt16 => CountBeyond<ushort>(values),
        NiftiDataType.Int32 => CountBeyond<int>(values),
        NiftiDataType.UInt32 => CountBeyond<uint>(values),
        NiftiDataType.Int64 => CountBeyond<long>(values),
        NiftiDataType.UInt64 => CountBeyond<ulong>(values),
        _ => 0,
    };

    private int CountBeyond<T>(ReadOnlySpan<float> values)
        where T : unmanaged, IBinaryInteger<T>, IMinMaxValue<T>
    {
        var (least, most, count) = (double.CreateChecked(T.MinValue), double.CreateChecked(T.MaxValue), 0);
        foreach (var value in values)
        {
            var stored = Math.Round((value - Intercept) / Slope);
            count += stored < least || stored > most ? 1 : 0;
        }

        return count;
    }

    private void Decode<T>(ReadOnlySpan<byte> stored, Span<float> values)
        where T : unmanaged, INumber<T>
    {
        var numbers = MemoryMarshal.Cast<byte, T>(stored);
        if (Slope == 1 && Intercept == 0)
        {
            for (var i = 0; i < values.Length; i++)
            {
                values[i] = float.CreateTruncating(numbers[i]);
            }

            return;
        }

        var (slope, intercept) = (Slope, Intercept);
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = (float)((double.CreateTruncating(numbers[i]) * slope) + intercept);
        }
    }

    private void EncodeInteger<T>(ReadOnlySpan<float> values, Span<byte> stored)
        where T : unmanaged, IBinaryInteger<T>
    {
        var numbers = MemoryMarshal.Cast<byte, T>(stored);
        for (var i = 0; i < values.Length; i++)
        {
            numbers[i] = T.CreateSaturating(Math.Round((values[i] - Intercept) / Slope));
        }
    }

    private void EncodeReal<T>(ReadOnlySpan<float> values, Span<byte> stored)
        where T : unmanaged, IFloatingPoint<T>
    {
        var numbers = MemoryMarshal.Cast<byte, T>(stored);
        for (var i = 0; i < values.Length; i++)
        {
            numbers[i] = T.CreateTruncating((values[i] - Intercept) / Slope);
        }
    }

    private void ToMachineOrder(Span<byte> stored)
    {
        if (IsBigEndian != BitConverter.IsLittleEndian)
        {
            return;
        }

        switch (Size)
        {
            case 2:
                var shorts = MemoryMarshal.Cast<byte, short>(stored);
                BinaryPrimitives.ReverseEndianness(shorts, shorts);
                break;
            case 4:
                var ints = MemoryMarshal.Cast<byte, int>(stored);
                BinaryPrimitives.ReverseEndianness(ints, ints);
                break;
            case 8:
                var longs = MemoryMarshal.Cast<byte, long>(stored);
                BinaryPrimitives.ReverseEndianness(longs, longs);
                break;
        }
    }
}
