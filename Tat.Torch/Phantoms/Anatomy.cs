namespace Tat.Torch.Phantoms;

/// <summary>The part of the body that a phantom resembles.</summary>
public enum Anatomy
{
    /// <summary>An axial slice of the head above the orbits: skull, folded cortex, white matter, ventricles, deep nuclei.</summary>
    Head,

    /// <summary>
    /// An axial slice of the chest (lungs, heart or great vessels, spine, ribs) or of the abdomen (liver, spleen, kidneys, stomach, bowel,
    /// spine), by chance.
    /// </summary>
    Torso,
}
