using FellowOakDicom.IO.Buffer;
using Tat.MLNet.Formats.Dicom.Model;
using Tat.MLNet.Formats.Dicom.Reading;
using Fo = FellowOakDicom;

namespace Tat.MLNet.FoDicom;

/// <summary>Pixels that fo-dicom reads.</summary>
internal sealed class FoDicomPixels : IPixelSource
{
    private const int ItemHeader = 8;

    private readonly IByteBuffer? _native;
    private readonly IList<IByteBuffer> _fragments = [];

    private FoDicomPixels(DicomTag tag, IByteBuffer native, IReadOnlyList<long> offsetTable) =>
        (Tag, _native, OffsetTable) = (tag, native, offsetTable);

    private FoDicomPixels(DicomTag tag, Fo.DicomFragmentSequence sequence, IReadOnlyList<long> extendedOffsets)
    {
        (Tag, _fragments) = (tag, sequence.Fragments);
        OffsetTable = sequence.OffsetTable.Count > 0 ? [.. sequence.OffsetTable.Select(offset => (long)offset)] : extendedOffsets;
        var position = 0L;
        var fragments = new List<PixelFragment>();
        foreach (var fragment in _fragments)
        {
            fragments.Add(new PixelFragment(position + ItemHeader, checked((int)fragment.Size)));
            position += ItemHeader + fragment.Size;
        }

        Fragments = fragments;
    }

    public DicomTag Tag { get; }

    public long Length => _native?.Size ?? 0;

    public IReadOnlyList<PixelFragment>? Fragments { get; }

    public IReadOnlyList<long> OffsetTable { get; }

    /// <summary>The pixels of an object; <see langword="null"/> where there are none.</summary>
    public static FoDicomPixels? Find(Fo.DicomDataset source)
    {
        var table = source.Contains(Fo.DicomTag.ExtendedOffsetTable)
            ? source.GetValues<ulong>(Fo.DicomTag.ExtendedOffsetTable).Select(offset => (long)offset).ToList()
            : [];
        foreach (var tag in new[] { Tags.FloatPixelData, Tags.DoubleFloatPixelData, Tags.PixelData })
        {
            switch (source.GetDicomItem<Fo.DicomItem>(new Fo.DicomTag(tag.Group, tag.Element)))
            {
                case Fo.DicomFragmentSequence sequence:
                    return new FoDicomPixels(tag, sequence, table);
                case Fo.DicomElement element:
                    return new FoDicomPixels(tag, element.Buffer, table);
            }
        }

        return null;
    }

    public void Dispose()
    {
    }

    public byte[] Read(long offset, int length)
    {
        if (offset < 0 || length < 0 || offset > Length - length)
        {
            throw new DicomDataException(
                $"{Tags.Name(Tag)} has {Length} bytes, fewer than its frames need; the file is truncated or damaged.");
        }

        var bytes = new byte[length];
        Guard(() => _native!.GetByteRange(offset, length, bytes));
        return bytes;
    }

    public IReadOnlyList<int> ImageStarts
    {
        get
        {
            bool BeginsImage(IByteBuffer fragment)
            {
                var start = new byte[Math.Min(IPixelSource.StartBytes, fragment.Size)];
                Guard(() => fragment.GetByteRange(0, start.Length, start));
                return IPixelSource.BeginsImage(start);
            }

            return [.. Enumerable.Range(0, _fragments.Count).Where(i => BeginsImage(_fragments[i]))];
        }
    }

    public byte[] ReadFragments(int first, int count)
    {
        using var bytes = new MemoryStream();
        Guard(() =>
        {
            foreach (var fragment in _fragments.Skip(first).Take(count))
            {
                fragment.CopyToStream(bytes);
            }
        });
        return bytes.ToArray();
    }

    private static void Guard(Action read)
    {
        try
        {
            read();
        }
        catch (Exception exception) when (FoDicomProvider.IsCausedByFile(exception))
        {
            throw FoDicomProvider.Damaged(exception);
        }
    }
}
