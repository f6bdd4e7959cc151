using System.Buffers.Binary;

namespace Tat.MLNet.Formats.Dicom.Codecs.Jpeg2000.Headers;

/// <summary>In which order packets follow each other (table A.16).</summary>
internal enum ProgressionOrder : byte
{
    Layer,
    Resolution,
    ResolutionPosition,
    PositionComponent,
    ComponentPosition,
}

/// <summary>Packets that follow each other in one order (section A.6.6).</summary>
/// <param name="FirstResolution">The first resolution.</param>
/// <param name="EndResolution">The one after the last.</param>
/// <param name="EndLayer">The layer after the last.</param>
/// <param name="HasComponent">Whether the only component is among those of the change.</param>
/// <param name="Order">The order.</param>
internal sealed record ProgressionChange(int FirstResolution, int EndResolution, int EndLayer, bool HasComponent, ProgressionOrder Order)
{
    /// <summary>Bytes of a change in an image of few components.</summary>
    public const int Length = 7;

    public static ProgressionChange Read(ReadOnlySpan<byte> segment) => segment[6] <= (byte)ProgressionOrder.ComponentPosition
        ? new ProgressionChange(segment[0], segment[4], BinaryPrimitives.ReadUInt16BigEndian(segment[2..]), segment[1] == 0,
            (ProgressionOrder)segment[6])
        : throw Jpeg2000Failure.Damaged();
}
