using Tat.MLNet.Formats;
using Tat.MLNet.Scans;
using Tat.Torch.Pretrained;

namespace Tat.Tests.Documentation.Snippets;

/// <summary>The code of docs/scans.md.</summary>
internal static class ScansPage
{
    public static void Run()
    {
        // docs/scans.md
        using var restorer = TatPretrained.OpenOnnx();
        var result = restorer.RestoreScan("scan.nii.gz", "restored.nii.gz", new() { Task = "CT" });
        foreach (var warning in result.Warnings)
        {
            Console.WriteLine(warning);
        }
        // end

        // docs/scans.md
        var found = ScanFinder.Find(["study"], new ImageReadOptions { Plane = SlicePlane.Acquisition });
        foreach (var job in ScanJob.Plan(found.Scans, "restored"))
        {
            var done = restorer.RestoreScan(job.Source, job.Destination, new() { Task = "CT", Overwrite = true });
            Console.WriteLine($"{done.Slices} slices of {done.Task}: {done.Destination}");
        }

        foreach (var leftOut in found.LeftOut)
        {
            Console.WriteLine(leftOut);
        }
        // end
    }
}
