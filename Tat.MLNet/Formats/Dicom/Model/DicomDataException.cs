namespace Tat.MLNet.Formats.Dicom.Model;

/// <summary>
/// What is wrong with a DICOM object, as the rest of a sentence and without patient data; becomes an <see cref="ImageFormatException"/>
/// where the file is known.
/// </summary>
internal sealed class DicomDataException(string problem, Exception? innerException = null) : Exception(problem, innerException)
{
    /// <summary>Whether the object is whole, and of a kind that is no image of a scan.</summary>
    public bool IsForeign { get; init; }

    /// <summary>Whether the file is none of DICOM.</summary>
    public bool IsOtherFormat { get; init; }

    /// <summary>The series of the object, where as much could be read.</summary>
    public string? SeriesInstanceUid { get; set; }

    public ImageFormatException At(string path) => new(path, Message, InnerException);
}
