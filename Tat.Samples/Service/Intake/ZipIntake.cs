using System.IO.Compression;
using Tat.Samples.Service.Settings;

namespace Tat.Samples.Service.Intake;

/// <summary>Unpacks archives that strangers have made.</summary>
internal static class ZipIntake
{
    private const int LinkType = 0xA000, TypeBits = 0xF000;

    /// <summary>Unpacks an archive.</summary>
    /// <param name="archive">The file.</param>
    /// <param name="folder">Where its files go.</param>
    /// <param name="name">What the caller calls it.</param>
    /// <param name="budget">Is told of each file and of all bytes, as they come out.</param>
    /// <param name="cancellationToken">Stops between buffers.</param>
    /// <exception cref="ServiceProblem">It is damaged, holds more than is allowed, or a name in it leads elsewhere.</exception>
    public static async Task UnpackAsync(
        string archive, string folder, string name, UploadBudget budget, CancellationToken cancellationToken)
    {
        try
        {
            await using var zip = await ZipFile.OpenReadAsync(archive, cancellationToken);
            foreach (var entry in zip.Entries.Where(entry => !entry.FullName.EndsWith('/')))
            {
                var path = SafePath.Below(folder, entry.FullName);
                if (((entry.ExternalAttributes >> 16) & TypeBits) == LinkType)
                {
                    throw Damaged($"'{entry.FullName}' is a link");
                }

                if (entry.IsEncrypted)
                {
                    throw Damaged($"'{entry.FullName}' is encrypted");
                }

                budget.AddFile();
                await using var content = await entry.OpenAsync(cancellationToken);
                await UploadReader.CopyAsync(content, path, budget.Unpacked, cancellationToken);
            }
        }
        catch (InvalidDataException problem)
        {
            throw Damaged(problem.Message);
        }

        ServiceProblem Damaged(string reason) =>
            new(StatusCodes.Status400BadRequest, $"The archive '{name}' cannot be unpacked: {reason.TrimEnd('.')}; pack it again.");
    }
}
