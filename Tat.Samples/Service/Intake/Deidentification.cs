using System.Security.Cryptography;
using Microsoft.Extensions.Options;
using Tat.MLNet.Formats;
using Tat.Samples.Service.Jobs;
using Tat.Samples.Service.Settings;
using Tat.Torch.Files.Writing;

namespace Tat.Samples.Service.Intake;

/// <summary>Takes from images what identifies patients before they are kept, where the settings ask for it.</summary>
public sealed class Deidentification(IOptions<ServiceOptions> options, JobFolders folders)
{
    private static readonly string[] _endings = [".nii.gz", ".nii"];

    private readonly Lazy<IntakeDeidentifier> _deidentifier = new(() => new(KeyAsync(folders).GetAwaiter().GetResult()));

    /// <summary>Whether the settings ask for it.</summary>
    public bool IsOn => options.Value.DeidentifyIntake;

    /// <summary>Replaces a DICOM file.</summary>
    /// <exception cref="ImageFormatException">It is no DICOM file, or damaged, or has text in its pixels.</exception>
    public void ReplaceObject(string file)
    {
        if (!_deidentifier.Value.Copy(file, file))
        {
            throw new ImageFormatException(file, "it accompanies images, and is none.");
        }
    }

    /// <summary>Replaces all files below a folder by images of it that have numbers for names; what accompanies images goes.</summary>
    /// <exception cref="ServiceProblem">An image cannot be de-identified.</exception>
    public void ReplaceBelow(string folder)
    {
        var clean = Directory.CreateDirectory($"{folder}.clean").FullName;
        foreach (var (number, file) in Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal)
            .Index())
        {
            var ending = Array.Find(_endings, one => file.EndsWith(one, StringComparison.OrdinalIgnoreCase)) ?? ".dcm";
            try
            {
                _deidentifier.Value.Copy(file, Path.Combine(clean, $"{number + 1:D5}{ending}"));
            }
            catch (ImageFormatException problem)
            {
                throw new ServiceProblem(StatusCodes.Status400BadRequest,
                    problem.Message.Replace(folder + Path.DirectorySeparatorChar, "", StringComparison.Ordinal));
            }
        }

        Directory.Delete(folder, recursive: true);
        Disk.Place(clean, folder);
    }

    /// <summary>The secret that new UIDs, numbers and dates depend on: it stays with the images, for all who share them.</summary>
    private static async Task<string> KeyAsync(JobFolders folders)
    {
        const string name = "deidentification.key";
        try
        {
            using var key = await folders.OpenAsync(name, CancellationToken.None);
            return await File.ReadAllTextAsync(key.Path);
        }
        catch (FileNotFoundException)
        {
            var draft = Path.Combine(folders.Root, $"{name}.{Guid.NewGuid():N}");
            await File.WriteAllTextAsync(draft, RandomNumberGenerator.GetHexString(64));
            await folders.AddAsync(draft, name, replaces: false, CancellationToken.None); // unless another process was faster
            return await KeyAsync(folders);
        }
    }
}
