using Tat.MLNet.Formats.Contracts;
using Tat.MLNet.Formats.Dicom.Deidentification;
using Tat.MLNet.Formats.Dicom.Model;
using Tat.MLNet.Formats.Dicom.Providers;
using Tat.MLNet.Formats.Dicom.Providers.BuiltIn;
using Tat.MLNet.Formats.Nifti;
using Tat.Torch.Files.Writing;

namespace Tat.MLNet.Formats;

/// <summary>
/// Removes what identifies patients from image files before they are kept anywhere, and preserves what their values are computed from. For
/// programs that receive images.
/// </summary>
/// <remarks>
/// <para>Of DICOM, the Basic Profile of PS3.15, annex E, is applied, inside sequences too, with three of its options: sex, age, size and
/// weight stay; dates move by a number of days that is the same for all objects of a patient, and times of day stay; private elements stay
/// of which SUV and volumes are computed. So a PET series has the SUV of its source. Compressed pixels stay as they are. Of NIfTI, the
/// texts of the header and its extensions go. Text that is burned into pixels stays: images that declare it are refused.</para>
/// <para>Safe for concurrent use.</para>
/// </remarks>
public sealed class IntakeDeidentifier
{
    private readonly Deidentifier _deidentifier;

    /// <summary>Creates a de-identifier.</summary>
    /// <param name="key">A secret that new UIDs, patients' numbers and dates depend on: the same one gives the same ones always, so that
    /// series and studies stay together. Whoever knows it can tell whether a number stands for one that he knows.</param>
    /// <exception cref="ArgumentException">The secret is empty.</exception>
    public IntakeDeidentifier(string key)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(key);
        _deidentifier = new(key);
    }

    /// <summary>Copies an image without what identifies its patient.</summary>
    /// <param name="path">A DICOM file, or a NIfTI file by its ending.</param>
    /// <param name="destination">The file to write, which may be the same; it appears whole or not at all.</param>
    /// <returns>Whether it is copied: what accompanies images, such as text, tables and directories of DICOM files, is not.</returns>
    /// <exception cref="FileNotFoundException">There is nothing at that path.</exception>
    /// <exception cref="ImageFormatException">It is neither DICOM nor NIfTI, or damaged, or has text in its pixels.</exception>
    public bool Copy(string path, string destination)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentException.ThrowIfNullOrEmpty(destination);
        if (!File.Exists(path))
        {
            throw new FileNotFoundException($"'{path}' does not exist; check the path.", path);
        }

        if (NiftiPaths.EndingOf(path) is not null)
        {
            NiftiDeidentifier.Copy(path, destination);
            return true;
        }

        if (Sidecars.Has(path))
        {
            return false;
        }

        try
        {
            var source = DicomProviders.Current.Read(ImageContent.OfFile(path));
            _deidentifier.Apply(source.DataSet, retains: true);
            AtomicFile.Write(destination, stream => ObjectCopy.Write(stream, source.DataSet, source));
            return true;
        }
        catch (DicomDataException problem)
        {
            throw problem.At(path);
        }
    }
}
