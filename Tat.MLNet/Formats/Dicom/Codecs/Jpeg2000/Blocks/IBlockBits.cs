namespace Tat.MLNet.Formats.Dicom.Codecs.Jpeg2000.Blocks;

/// <summary>The decisions of a coding pass: arithmetically coded, or plain bits.</summary>
internal interface IBlockBits
{
    /// <summary>How many bytes of the codeword segment were not needed; negative where some were missing.</summary>
    int Unread { get; }

    /// <summary>The next decision.</summary>
    /// <param name="context">0 … 18; see <see cref="BlockContexts"/>.</param>
    bool Decode(int context);

    /// <summary>Whether a coefficient is negative.</summary>
    /// <param name="neighbours">The flags of the coefficient.</param>
    bool DecodeSign(int neighbours);
}
