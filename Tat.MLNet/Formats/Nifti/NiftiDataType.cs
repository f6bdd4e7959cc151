namespace Tat.MLNet.Formats.Nifti;

/// <summary>How a voxel is stored: the <c>datatype</c> codes of the NIfTI-1 standard.</summary>
internal enum NiftiDataType
{
    UInt8 = 2,
    Int16 = 4,
    Int32 = 8,
    Float32 = 16,
    Float64 = 64,
    Int8 = 256,
    UInt16 = 512,
    UInt32 = 768,
    Int64 = 1024,
    UInt64 = 1280,
}

internal static class NiftiDataTypes
{
    /// <summary>Whether a code is a type with one number per voxel that .NET has.</summary>
    public static bool IsReadable(int code) => Enum.IsDefined((NiftiDataType)code);

    /// <summary>What the standard calls a code.</summary>
    public static string NameOf(int code) => code switch
    {
        _ when IsReadable(code) => ((NiftiDataType)code).ToString().ToLowerInvariant(),
        1 => "1-bit binary",
        32 => "complex64",
        128 => "RGB24",
        1536 => "float128",
        1792 => "complex128",
        2048 => "complex256",
        2304 => "RGBA32",
        _ => "unknown",
    };

    /// <summary>Bytes of a voxel.</summary>
    public static int SizeOf(NiftiDataType type) => type switch
    {
        NiftiDataType.UInt8 or NiftiDataType.Int8 => 1,
        NiftiDataType.Int16 or NiftiDataType.UInt16 => 2,
        NiftiDataType.Int32 or NiftiDataType.UInt32 or NiftiDataType.Float32 => 4,
        _ => 8,
    };
}
