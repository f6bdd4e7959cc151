using Tat.MLNet.Training;
using Tat.Torch.Data;
using Tat.Torch.Degradation;
using Tat.Torch.Model;
using Tat.Torch.Tasks;
using Tat.Torch.Training;

namespace Tat.Tests.Documentation.Snippets;

/// <summary>The code of docs/training.md.</summary>
internal static class TrainingPage
{
    public static void Run()
    {
        // docs/training.md
        using var scans = GoodScans.Open("scans", new() { HoldOut = ["patient7"] });
        IPairSource[] train = [.. scans.Training.Where(images => images.Task.Name == "CT").Select(images => new DegradedImages(images, new CtDoseRange()))];
        IPairSource[] validation = [.. scans.Validation.Where(images => images.Task.Name == "CT").Select(images => new DegradedImages(images, new CtDoseRange()))];
        using var model = new TatTrainer(TatNetworkOptions.Small, new(RestorationTask.Ct), TatTrainerOptions.Cpu).Train(train, validation);
        // end
    }
}
