using Tat.Torch.Numerics;
using Tat.Torch.Randomness;
using Tat.Torch.Tasks;

namespace Tat.Torch.Phantoms;

/// <summary>How one patient's tissues look to one modality: a mean and two scales of texture for each tissue, in the task's unit.</summary>
internal sealed class Appearance
{
    private readonly (double Mean, double Fine, double Coarse)[] _looks = new (double, double, double)[Enum.GetValues<Tissue>().Length];

    private Appearance()
    {
    }

    /// <summary>Mean, standard deviation of the fine (2 mm) and of the coarse (12 mm) texture.</summary>
    public (double Mean, double Fine, double Coarse) this[Tissue tissue] => _looks[(int)tissue];

    /// <summary>A power of the number of each tissue, from 1, without texture.</summary>
    public static Appearance Numbers(int power)
    {
        var appearance = new Appearance();
        foreach (var tissue in Enum.GetValues<Tissue>())
        {
            appearance._looks[(int)tissue] = (Math.Pow((int)tissue + 1, power), 0, 0);
        }

        return appearance;
    }

    /// <summary>Hounsfield units; some patients have contrast agent in the portal-venous phase.</summary>
    public static Appearance Ct(RandomStream random)
    {
        var enhanced = random.NextChance(0.5);
        var appearance = new Appearance();
        void Set(Tissue tissue, double mean, double spread, double fine, double coarse) =>
            appearance._looks[(int)tissue] = (mean + (spread * Math.Clamp(random.NextNormal(), -2, 2)), fine, coarse);
        Set(Tissue.Air, -1000, 0, 0, 0);
        Set(Tissue.Skin, 20, 10, 5, 5);
        Set(Tissue.Fat, -102, 6, 6, 4);
        Set(Tissue.Muscle, enhanced ? 65 : 52, 5, 8, 5);
        Set(Tissue.CorticalBone, 1150, 150, 60, 80);
        Set(Tissue.Marrow, 230, 60, 45, 25);
        Set(Tissue.CerebrospinalFluid, 7, 3, 2, 1);
        Set(Tissue.GreyMatter, 39, 2, 2.5, 1.5);
        Set(Tissue.WhiteMatter, 27, 2, 2, 1.5);
        Set(Tissue.DeepGrey, 38, 2, 2, 1);
        Set(Tissue.Falx, 52, 5, 3, 2);
        Set(Tissue.Calcification, 400, 120, 20, 20);
        Set(Tissue.BrainLesion, random.NextChance(0.5) ? 66 : 14, 5, 3, 3);
        Set(Tissue.Lung, -855, 25, 16, 22);
        Set(Tissue.Blood, enhanced ? 150 : 42, enhanced ? 18 : 4, 4, 2);
        Set(Tissue.Myocardium, enhanced ? 100 : 45, 8, 4, 4);
        Set(Tissue.Liver, enhanced ? 108 : 58, 8, 7, 3);
        Set(Tissue.Spleen, enhanced ? 118 : 48, 8, 6, 3);
        Set(Tissue.RenalCortex, enhanced ? 175 : 35, 15, 6, 4);
        Set(Tissue.RenalMedulla, enhanced ? 135 : 28, 15, 6, 4);
        Set(Tissue.Urine, 8, 5, 3, 2);
        Set(Tissue.BowelWall, enhanced ? 80 : 40, 8, 6, 4);
        Set(Tissue.BowelContent, 25, 20, 12, 10);
        Set(Tissue.StomachContent, 15, 12, 8, 8);
        Set(Tissue.Gas, -960, 20, 5, 5);
        Set(Tissue.Bile, 8, 6, 3, 1);
        Set(Tissue.Lesion, enhanced ? 62 : 34, 10, 6, 6);
        return appearance;
    }

    /// <summary>FDG uptake as SUV, about an hour after injection.</summary>
    public static Appearance Pet(RandomStream random)
    {
        var appearance = new Appearance();
        void Set(Tissue tissue, double mean, double spread, double coarse) =>
            appearance._looks[(int)tissue] = (mean * Math.Exp(spread * Math.Clamp(random.NextNormal(), -2, 2)), 0.02 * mean, coarse * mean);
        Set(Tissue.Air, 0, 0, 0);
        Set(Tissue.Skin, 0.5, 0.2, 0.1);
        Set(Tissue.Fat, 0.25, 0.2, 0.1);
        Set(Tissue.Muscle, 0.75, 0.2, 0.1);
        Set(Tissue.CorticalBone, 0.5, 0.2, 0.1);
        Set(Tissue.Marrow, 1.5, 0.25, 0.12);
        Set(Tissue.CerebrospinalFluid, 0.6, 0.2, 0.05);
        Set(Tissue.GreyMatter, 8, 0.2, 0.08);
        Set(Tissue.WhiteMatter, 2.6, 0.15, 0.06);
        Set(Tissue.DeepGrey, 8.4, 0.2, 0.06);
        Set(Tissue.Falx, 0.8, 0.1, 0.05);
        Set(Tissue.Calcification, 0.5, 0.1, 0.05);
        Set(Tissue.BrainLesion, random.NextChance(0.6) ? 12 : 1.4, 0.2, 0.1);
        Set(Tissue.Lung, 0.45, 0.2, 0.12);
        Set(Tissue.Blood, 1.7, 0.15, 0.04);
        Set(Tissue.Myocardium, 4.5, 0.6, 0.12);
        Set(Tissue.Liver, 2.3, 0.15, 0.07);
        Set(Tissue.Spleen, 1.9, 0.15, 0.06);
        Set(Tissue.RenalCortex, 3, 0.2, 0.1);
        Set(Tissue.RenalMedulla, 4, 0.3, 0.15);
        Set(Tissue.Urine, 12, 0.4, 0.05);
        Set(Tissue.BowelWall, 1.5, 0.4, 0.25);
        Set(Tissue.BowelContent, 0.8, 0.3, 0.15);
        Set(Tissue.StomachContent, 0.7, 0.2, 0.1);
        Set(Tissue.Gas, 0.05, 0.1, 0);
        Set(Tissue.Bile, 0.7, 0.2, 0.05);
        Set(Tissue.Lesion, 8, 0.35, 0.12);
        return appearance;
    }

    /// <summary>Spin-echo signal PD · (1 − e^(−TR/T1)) · e^(−TE/T2) at 1.5 T, mostly T2-weighted, in scanner units.</summary>
    public static Appearance Mri(RandomStream random)
    {
        var (repetition, echo) = random.NextDouble() switch
        {
            < 0.6 => (random.NextUniform(3000, 6000), random.NextUniform(75, 110)),
            < 0.8 => (random.NextUniform(2500, 4000), random.NextUniform(12, 28)),
            _ => (random.NextUniform(420, 650), random.NextUniform(8, 15)),
        };
        var appearance = new Appearance();
        void Set(Tissue tissue, double density, double t1, double t2, double fine, double coarse)
        {
            var signal = density * (1 - Math.Exp(-repetition / t1)) * Math.Exp(-echo / t2)
                * (1 + (0.04 * Math.Clamp(random.NextNormal(), -2, 2)));
            appearance._looks[(int)tissue] = (signal, fine * signal, coarse * signal);
        }

        Set(Tissue.Air, 0, 1, 1, 0, 0);
        Set(Tissue.Skin, 0.7, 500, 45, 0.05, 0.05);
        Set(Tissue.Fat, 0.95, 260, 110, 0.05, 0.04);
        Set(Tissue.Muscle, 0.8, 900, 45, 0.08, 0.06);
        Set(Tissue.CorticalBone, 0.08, 500, 30, 0.1, 0.1);
        Set(Tissue.Marrow, 0.75, 380, 75, 0.06, 0.06);
        Set(Tissue.CerebrospinalFluid, 1, 4000, 500, 0.02, 0.02);
        Set(Tissue.GreyMatter, 0.82, 950, 100, 0.03, 0.03);
        Set(Tissue.WhiteMatter, 0.7, 640, 76, 0.03, 0.03);
        Set(Tissue.DeepGrey, 0.78, 840, 84, 0.03, 0.03);
        Set(Tissue.Falx, 0.3, 700, 40, 0.05, 0.05);
        Set(Tissue.Calcification, 0.2, 700, 25, 0.05, 0.05);
        Set(Tissue.BrainLesion, 0.92, 1500, 170, 0.04, 0.08);
        Set(Tissue.Lung, 0.12, 1100, 40, 0.2, 0.2);
        Set(Tissue.Blood, 0.15, 1200, 60, 0.1, 0.1);
        Set(Tissue.Myocardium, 0.8, 1000, 50, 0.05, 0.05);
        Set(Tissue.Liver, 0.75, 570, 52, 0.06, 0.04);
        Set(Tissue.Spleen, 0.85, 1050, 78, 0.05, 0.04);
        Set(Tissue.RenalCortex, 0.85, 970, 88, 0.05, 0.04);
        Set(Tissue.RenalMedulla, 0.9, 1400, 105, 0.05, 0.05);
        Set(Tissue.Urine, 1, 3500, 450, 0.02, 0.02);
        Set(Tissue.BowelWall, 0.8, 900, 62, 0.06, 0.06);
        Set(Tissue.BowelContent, 0.8, 1500, 130, 0.15, 0.2);
        Set(Tissue.StomachContent, 0.95, 2500, 250, 0.1, 0.15);
        Set(Tissue.Gas, 0.01, 1000, 30, 0, 0);
        Set(Tissue.Bile, 1, 2500, 400, 0.02, 0.02);
        Set(Tissue.Lesion, 0.9, 1100, 110, 0.06, 0.08);
        appearance.Scale(random.NextUniform(1500, 3000) / Math.Max(
            appearance[Tissue.CerebrospinalFluid].Mean, appearance[Tissue.Fat].Mean));
        return appearance;
    }

    /// <summary>The appearance of a new patient to the modality of a task.</summary>
    /// <exception cref="ArgumentException">The task is not one of the paper's.</exception>
    public static Appearance Of(RestorationTask task, RandomStream random) => task.Name.ToUpperInvariant() switch
    {
        "PET" => Pet(random),
        "CT" => Ct(random),
        "MRI" => Mri(random),
        _ => throw new ArgumentException($"There are no phantoms for task '{task.Name}'; there are for PET, CT and MRI.", nameof(task)),
    };

    private void Scale(double factor)
    {
        foreach (ref var look in _looks.AsSpan())
        {
            look = (factor * look.Mean, factor * look.Fine, factor * look.Coarse);
        }
    }
}
