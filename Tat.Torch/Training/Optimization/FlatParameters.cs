using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Tat.Torch.Training.Optimization;

/// <summary>
/// The parameters of modules laid end to end in one vector, and their gradients in another; the parameters become views of it.
/// </summary>
/// <remarks>
/// So the optimiser, the moving average, clipping and checkpoints work on a few long vectors instead of hundreds of small tensors,
/// and gradients of several passes accumulate in place.
/// </remarks>
internal sealed class FlatParameters : IDisposable
{
    /// <summary>Each parameter starts at a multiple of 64 bytes, as in memory of its own; what lies between stays zero.</summary>
    private const int AlignedValues = 16;

    private readonly Parameter[] _parameters;
    private readonly bool _ownsValues;

    /// <summary>Moves parameters into one vector. They must be of one device and type.</summary>
    /// <param name="named">The parameters; their order is that of the vector.</param>
    /// <param name="withGradients">Whether to lay out gradients, too.</param>
    /// <param name="shared">The vector of other parameters of the same names and shapes, whose values these take and share from now on;
    /// <see langword="null"/> to keep their own.</param>
    public FlatParameters(IEnumerable<(string Name, Parameter Parameter)> named, bool withGradients, FlatParameters? shared = null)
    {
        var list = named.ToList();
        _parameters = [.. list.Select(item => item.Parameter)];
        var offset = 0L;
        var layout = new List<ParameterSlot>(list.Count);
        foreach (var (name, parameter) in list)
        {
            layout.Add(new(name, parameter.shape, offset));
            offset += (parameter.numel() + AlignedValues - 1) / AlignedValues * AlignedValues;
        }

        Layout = layout;
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        var (dtype, device) = (_parameters[0].dtype, _parameters[0].device);
        _ownsValues = shared is null;
        Values = shared?.Values ?? zeros(offset, dtype, device).DetachFromDisposeScope();
        Gradients = withGradients ? zeros(offset, dtype, device).DetachFromDisposeScope() : null;
        for (var i = 0; i < _parameters.Length; i++)
        {
            var view = ViewOf(Values, layout[i]);
            if (_ownsValues)
            {
                view.copy_(_parameters[i]);
            }

            _parameters[i].set_(view);
        }

        BindGradients();
    }

    /// <summary>All values, a vector.</summary>
    public Tensor Values { get; }

    /// <summary>All gradients, in the same order.</summary>
    public Tensor? Gradients { get; }

    /// <summary>Which part of the vector belongs to which parameter.</summary>
    public IReadOnlyList<ParameterSlot> Layout { get; }

    /// <summary>The part of a vector of this layout that belongs to a parameter, in the parameter's shape.</summary>
    public static Tensor ViewOf(Tensor vector, ParameterSlot slot)
    {
        using var part = vector.narrow(0, slot.Offset, slot.Length);
        return part.view(slot.Shape);
    }

    /// <summary>Sets all gradients to zero.</summary>
    public void ZeroGradients()
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        Gradients!.zero_();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_ownsValues)
        {
            Values.Dispose();
        }

        Gradients?.Dispose();
    }

    private void BindGradients()
    {
        for (var i = 0; i < _parameters.Length && Gradients is not null; i++)
        {
            using var view = ViewOf(Gradients, Layout[i]);
            _parameters[i].grad = view;
        }
    }
}

/// <summary>The place of a parameter in a vector of parameters.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Shape">Its shape.</param>
/// <param name="Offset">Index of its first value.</param>
internal sealed record ParameterSlot(string Name, long[] Shape, long Offset)
{
    /// <summary>Number of values.</summary>
    public long Length { get; } = Shape.Aggregate(1L, (product, side) => product * side);
}
