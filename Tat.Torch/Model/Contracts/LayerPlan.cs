namespace Tat.Torch.Model.Contracts;

/// <summary>One convolution or matrix of the network.</summary>
/// <param name="Name">Its published name, before <c>.weight</c> and <c>.bias</c>.</param>
/// <param name="Level">How often the image has been halved where the layer runs; <see langword="null"/> for a matrix that runs once for an
/// image.</param>
/// <param name="Inputs">Channels that it reads.</param>
/// <param name="Outputs">Channels that it makes.</param>
/// <param name="Side">Rows and columns of its kernels.</param>
/// <param name="HasBias">Whether it has one more number for each output.</param>
internal sealed record LayerPlan(string Name, int? Level, int Inputs, int Outputs, int Side = 1, bool HasBias = false)
{
    /// <summary>Whether each channel is filtered by itself.</summary>
    public bool IsDepthWise { get; init; }

    /// <summary>Weights of one output: the size of its kernel.</summary>
    public int FanIn => (IsDepthWise ? 1 : Inputs) * Side * Side;

    /// <summary>Multiply-accumulates for each pixel at its level.</summary>
    public long ProductsPerPixel => (long)Outputs * FanIn;

    /// <summary>Number of its parameters.</summary>
    public long ParameterCount => ProductsPerPixel + (HasBias ? Outputs : 0);

    /// <summary>Shape of its weight: outputs × inputs × side × side, or outputs × inputs.</summary>
    public long[] Shape => Level is null ? [Outputs, Inputs] : [Outputs, IsDepthWise ? 1 : Inputs, Side, Side];
}
