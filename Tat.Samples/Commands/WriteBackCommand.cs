using System.CommandLine;
using Tat.MLNet.Formats;
using Tat.MLNet.Scans;
using Tat.Samples.Shared;
using Tat.Samples.Shell;

namespace Tat.Samples.Commands;

/// <summary><c>write-back RESULT.nii.gz --like SERIES --out FOLDER</c>: makes DICOM of restored NIfTI files.</summary>
internal static class WriteBackCommand
{
    public static Command Create(Terminal terminal)
    {
        var results = CommonOptions.Paths("result", "Restored NIfTI files of one series: a single one, or one for each part.");
        var like = new Option<string>("--like")
        {
            Description = "The DICOM series that they were restored from: a folder or file.",
            Required = true,
        };
        var output = new Option<string>("--out") { Description = "Folder to write, or a file that ends in .dcm.", Required = true };
        var asStored = new Option<bool>("--pet-as-stored")
        {
            Description = "PET values are in the stored quantity (Bq/ml) instead of SUV.",
        };
        var overwrite = CommonOptions.Overwrite();
        var derived = new DerivedOptions();
        var reading = new ReadingOptions();
        var command = new Command("write-back", "Writes restored NIfTI files as a DICOM series, derived from the one that they came from.")
        {
            results, like, output, asStored, overwrite,
        };
        derived.AddTo(command);
        reading.AddTo(command);
        command.SetAction((parsed, cancellationToken) =>
        {
            var destination = parsed.GetRequiredValue(output);
            CommonOptions.CheckResults(overwrite: true, destination);
            var options = reading.Of(parsed) with { Pet = parsed.GetValue(asStored) ? PetQuantity.AsStored : PetQuantity.Suv };
            var found = ScanFinder.Find([parsed.GetRequiredValue(like)], options, cancellationToken).Scans;
            var series = found is [var only]
                ? only
                : throw new InvalidDataException($"'{parsed.GetValue(like)}' holds {found.Count} scans; choose one by --series.");
            OptionUse.CheckDicom(parsed, reading.All, found);
            OptionUse.CheckPet(parsed, asStored, found);
            var files = ScanWriteBack.WriteBack(
                parsed.GetRequiredValue(results), series, destination, derived.Of(parsed), parsed.GetValue(overwrite), cancellationToken);
            terminal.Line($"{destination}: {files.Count} DICOM files");
            return Task.FromResult(ExitCodes.Done);
        });
        return command;
    }
}
