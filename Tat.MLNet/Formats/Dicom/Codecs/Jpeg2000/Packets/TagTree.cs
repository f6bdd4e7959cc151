namespace Tat.MLNet.Formats.Dicom.Codecs.Jpeg2000.Packets;

/// <summary>A tag tree (section B.10.2): numbers of a grid, each node of a level being the least of up to four below it.</summary>
internal sealed class TagTree
{
    private readonly int _width;
    private readonly int _height;
    private readonly Node[] _nodes;

    public TagTree(int width, int height)
    {
        (_width, _height) = (width, height);
        var count = 1;
        for (; width > 1 || height > 1; (width, height) = ((width + 1) / 2, (height + 1) / 2))
        {
            count += width * height;
        }

        _nodes = new Node[count];
    }

    /// <summary>Reads as much as tells whether a number is less than a limit.</summary>
    public bool IsLess(int x, int y, int limit, ref PacketHeaderBits bits) => IsLess(x, y, 0, _width, _height, limit, ref bits);

    /// <summary>The root is read first: no number is less than those above it.</summary>
    private bool IsLess(int x, int y, int start, int width, int height, int limit, ref PacketHeaderBits bits)
    {
        ref var node = ref _nodes[start + (y * width) + x];
        if (width > 1 || height > 1)
        {
            var (above, widthAbove) = (start + (width * height), (width + 1) / 2);
            IsLess(x / 2, y / 2, above, widthAbove, (height + 1) / 2, limit, ref bits);
            node.AtLeast = Math.Max(node.AtLeast, _nodes[above + (y / 2 * widthAbove) + (x / 2)].AtLeast);
        }

        while (node.AtLeast < limit && !node.IsKnown)
        {
            if (bits.ReadBit() == 1)
            {
                node.IsKnown = true;
            }
            else
            {
                node.AtLeast++;
            }
        }

        return node.IsKnown && node.AtLeast < limit;
    }

    private struct Node
    {
        public int AtLeast;
        public bool IsKnown;
    }
}
