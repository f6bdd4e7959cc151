using Tat.Torch.Runtime;
using TorchSharp;
using static TorchSharp.torch;

namespace Tat.Torch.Training.Optimization;

/// <summary>
/// Muon on the weights of convolutions: their momentum as a matrix, brought near the closest orthogonal one by Newton's iteration, is the
/// step, so that all its directions are learnt at one rate.
/// </summary>
internal sealed class Muon
{
    private const double Decay = 0.95;

    /// <summary>
    /// Iterations, and the polynomial a·x + b·x³ + c·x⁵ of each, which brings singular values of 0.01 to 1 to about 0.7 to 1.2.
    /// </summary>
    private const int Iterations = 5;
    private const double A = 3.4445, B = -4.7750, C = 2.0315;

    /// <summary>The root mean square of AdamW's steps at a rate of 1.</summary>
    private const double UsualStep = 0.2;

    private readonly FlatParameters _parameters;
    private readonly Tensor _momentum;
    private readonly double _weightDecay;
    private readonly ParameterSlot[] _slots;

    /// <param name="parameters">All parameters.</param>
    /// <param name="momentum">Where momentum is kept, a vector of the same layout.</param>
    /// <param name="weightDecay">What weights lose in a step, at a rate of 1.</param>
    public Muon(FlatParameters parameters, Tensor momentum, double weightDecay)
    {
        (_parameters, _momentum, _weightDecay) = (parameters, momentum, weightDecay);

        // The dearest first: so that cores, which take them in turn, end at about the same time.
        _slots = [.. parameters.Layout.Where(Takes)
            .OrderByDescending(slot => slot.Length * Math.Min(slot.Shape[0], slot.Length / slot.Shape[0]))];
    }

    /// <summary>Whether a parameter is the weights of a convolution between several channels.</summary>
    public static bool Takes(ParameterSlot slot) => slot.Shape.Length == 4 && slot.Shape[0] > 1 && slot.Shape[1] > 1;

    /// <summary>Changes the weights by their gradients, and moves their average.</summary>
    /// <inheritdoc cref="AdamW.Step"/>
    public void Step(double rate, Tensor average, double decay)
    {
        var device = _parameters.Values.device;
        var cores = Math.Min(_slots.Length, ComputeThreads.CountFor(device));
        ComputeThreads.RunEach(device, cores, core =>
        {
            using var noGrad = no_grad();
            for (var i = core; i < _slots.Length; i += cores)
            {
                using var scope = NewDisposeScope();
                var slot = _slots[i];
                var values = _parameters.Values.narrow(0, slot.Offset, slot.Length);
                values.Scale(1 - (rate * _weightDecay)).Add(Direction(slot).Times(-rate));
                EmaSchedule.Update(average.narrow(0, slot.Offset, slot.Length), values, decay);
            }
        });
    }

    /// <summary>The step at a rate of 1.</summary>
    private Tensor Direction(ParameterSlot slot)
    {
        var gradient = _parameters.Gradients!.narrow(0, slot.Offset, slot.Length);
        var momentum = _momentum.narrow(0, slot.Offset, slot.Length);
        momentum.Scale(Decay).Add(gradient);
        var (rows, columns) = (slot.Shape[0], slot.Length / slot.Shape[0]);
        var ahead = gradient.Plus(momentum.Times(Decay)).view(rows, columns);
        var matrix = rows > columns ? Orthogonal(ahead.t()).t() : Orthogonal(ahead);
        return matrix.contiguous().view(slot.Length).Times(UsualStep * Math.Sqrt(Math.Max(rows, columns)));
    }

    /// <summary>A matrix with the same singular vectors, whose singular values are near 1.</summary>
    private static Tensor Orthogonal(Tensor matrix)
    {
        const double Tiny = 1e-20;
        var x = matrix.DividedBy(matrix.norm().ToDouble() + Tiny);
        for (var i = 0; i < Iterations; i++)
        {
            var square = x.mm(x.t());
            x = x.Times(A).Plus(square.Times(B).Plus(square.mm(square).Times(C)).mm(x));
        }

        return x;
    }
}
