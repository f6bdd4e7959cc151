namespace Tat.MLNet.Formats.Dicom.Model;

/// <summary>What is wrong with a DICOM object, as the rest of a sentence and without patient data; becomes an <see cref="ImageFormatException"/> where the file is known.</summary>
internal sealed class DicomDataException(string problem, Exception? innerException = null) : Exception(problem, innerException)
{
    public ImageFormatException At(string path) => new(path, Message, InnerException);
}
