namespace Tat.Torch.Phantoms;

/// <summary>What phantoms are made of.</summary>
internal enum Tissue
{
    Air,
    Skin,
    Fat,
    Muscle,
    CorticalBone,
    Marrow,
    CerebrospinalFluid,
    GreyMatter,
    WhiteMatter,
    DeepGrey,
    Falx,
    Calcification,
    BrainLesion,
    Lung,
    Blood,
    Myocardium,
    Liver,
    Spleen,
    RenalCortex,
    RenalMedulla,
    Urine,
    BowelWall,
    BowelContent,
    StomachContent,
    Gas,
    Bile,
    Lesion,
}
