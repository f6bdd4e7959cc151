using System.Globalization;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Tat.MLNet.Formats.Dicom.Series;

/// <summary>
/// Finds images that are among the files of a series more than once: one SOP Instance UID is one image (PS3.3, section C.12.1.1.1), and one
/// number at one place and time, too.
/// </summary>
internal static class ImageCopies
{
    /// <summary>
    /// Leaves one file of each image: of those that can be decoded the first one that was not compressed with loss. Images with other
    /// pixels and UIDs stay, unless they are such compressed ones; so do those at different places, whatever their UIDs.
    /// </summary>
    public static void LeaveOut(DicomSeries series)
    {
        var files = series.Slices.GroupBy(slice => slice.Source.Path).Select(frames => frames.ToList());
        foreach (var copies in files.GroupBy(file => KeyOf(file[0])).Select(group => group.ToList()).Where(group => group.Count > 1)
            .ToList())
        {
            var pixels = copies.ConvertAll(Hash);
            var best = Enumerable.Range(0, copies.Count).OrderBy(i => pixels[i] is null).ThenBy(i => copies[i][0].Source.Syntax.IsLossy)
                .First();
            var taken = copies[best][0];
            foreach (var i in Enumerable.Range(0, copies.Count).Where(i => i != best))
            {
                var copy = copies[i][0];
                if (Judge(copy, taken, pixels[i], pixels[i] == pixels[best]) is { } reason)
                {
                    series.Slices.RemoveAll(slice => slice.Source.Path == copy.Source.Path);
                    series.LeftOut.Add(new(copy.Source.Path, reason, series.Uid));
                }
            }
        }
    }

    private static string? Judge(DicomSlice copy, DicomSlice taken, string? pixels, bool isEqual)
    {
        var name = Path.GetFileName(taken.Source.Path);
        return pixels is null ? $"its pixels are damaged; '{name}' is the same image, and is taken."
            : isEqual ? $"it is the image of '{name}' once more."
            : copy.Source.Syntax.IsLossy ? $"it is the image of '{name}', compressed with loss."
            : copy.SopInstanceUid == taken.SopInstanceUid
                ? $"it has other pixels than '{name}', which has the same SOP Instance UID and is taken."
            : null;
    }

    /// <summary>What images have in common that may be copies: their place, number and dimensions; without a number their UID.</summary>
    private static string KeyOf(DicomSlice slice) =>
        $"{slice.Plane}|{slice.InstanceNumber?.ToString(CultureInfo.InvariantCulture) ?? slice.SopInstanceUid}|{slice.Layout.Frames}|"
        + $"{string.Join('|', slice.Dimensions)}";

    /// <summary>A hash of the values of all frames; <see langword="null"/> where they cannot be decoded.</summary>
    private static string? Hash(List<DicomSlice> frames)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        try
        {
            foreach (var frame in frames)
            {
                hash.AppendData(MemoryMarshal.AsBytes(frame.Read().Pixels.AsSpan()));
            }

            return Convert.ToHexString(hash.GetHashAndReset());
        }
        catch (ImageFormatException)
        {
            return null;
        }
        finally
        {
            frames[0].Source.Pixels?.Dispose();
        }
    }
}
