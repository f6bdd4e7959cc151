namespace Tat.Torch.Tasks;

/// <summary>Which task images of a DICOM modality belong to.</summary>
internal static class DicomModality
{
    /// <summary>The name of the paper's task of a modality; <see langword="null"/> for another one.</summary>
    public static string? TaskOf(string? modality) => modality switch
    {
        "CT" => RestorationTask.Ct.Name,
        "MR" => RestorationTask.Mri.Name,
        "PT" => RestorationTask.Pet.Name,
        _ => null,
    };
}
