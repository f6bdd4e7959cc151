using Tat.Samples.Service.Jobs;
using Tat.Samples.Service.Settings;

namespace Tat.Samples.Service.Intake;

/// <summary>What an upload may still have.</summary>
internal sealed class UploadBudget(ServiceOptions options, JobFolders folders)
{
    private long _received, _unpacked;
    private int _files;

    /// <summary>Counts a file.</summary>
    /// <exception cref="ServiceProblem">It is one too many.</exception>
    public void AddFile() => Check(++_files <= options.MaximumFiles, $"It has more than {options.MaximumFiles} files");

    /// <summary>Counts bytes that were sent.</summary>
    /// <exception cref="ServiceProblem">They are too many, or the disk is nearly full.</exception>
    public void Received(int bytes)
    {
        Check((_received += bytes) <= options.MaximumUploadBytes, $"It has more than {options.MaximumUploadBytes} bytes");
        folders.CheckRoom(bytes); // whatever the request said of its size, and whatever else is being written
    }

    /// <summary>Counts bytes that were unpacked.</summary>
    /// <exception cref="ServiceProblem">They are too many, or the disk is nearly full.</exception>
    public void Unpacked(int bytes)
    {
        Check((_unpacked += bytes) <= options.MaximumUnpackedBytes,
            $"Its archives hold more than {options.MaximumUnpackedBytes} bytes");
        folders.CheckRoom(bytes);
    }

    private static void Check(bool holds, string reason)
    {
        if (!holds)
        {
            throw new ServiceProblem(StatusCodes.Status413PayloadTooLarge, $"The upload is too large. {reason}; send it in parts.");
        }
    }
}
