namespace Tat.MLNet.Formats;

/// <summary>Along which plane of the body a volume is cut into slices.</summary>
public enum SlicePlane
{
    /// <summary>As the scanner made or the file stores them.</summary>
    Acquisition,

    /// <summary>Across the long axis of the body: a slice is seen from below or above.</summary>
    Axial,

    /// <summary>A slice is seen from the front or the back.</summary>
    Coronal,

    /// <summary>A slice is seen from the side.</summary>
    Sagittal,
}
