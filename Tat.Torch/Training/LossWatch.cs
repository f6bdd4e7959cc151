using System.Globalization;
using Tat.Torch.Training.Steps;

namespace Tat.Torch.Training;

/// <summary>Notices a training that stays finite and is ruined all the same: its error is a multiple of its best for long.</summary>
/// <remarks>
/// The error is that of the patches in relation to the degraded patches' own, summed over some iterations, so that hard images do not look
/// like a bad training.
/// </remarks>
/// <param name="iterations">Iterations of the whole training: what counts as long is about a hundredth of it.</param>
internal sealed class LossWatch(long iterations)
{
    /// <summary>How many times the best error counts as ruined, and for how many stretches of iterations.</summary>
    private const double Ruined = 3;
    private const int Patience = 3;

    private readonly long _stretch = Math.Clamp(iterations / 300, 10, 200);
    private double _restored;
    private double _input;
    private long _steps;
    private double _best = double.PositiveInfinity;
    private int _bad;

    /// <summary>Adds a step.</summary>
    /// <returns>What to tell the user, once for each time that the training is ruined; mostly <see langword="null"/>.</returns>
    public string? Add(StepResult result)
    {
        _restored += result.RestoredErrors.Sum(error => (double)error);
        _input += result.InputErrors.Sum(error => (double)error);
        if (++_steps < _stretch || _input == 0)
        {
            return null;
        }

        var error = _restored / _input;
        (_restored, _input, _steps) = (0, 0, 0);
        _best = Math.Min(_best, error);
        _bad = error > Ruined * _best ? _bad + 1 : 0;
        return _bad == Patience
            ? string.Create(CultureInfo.InvariantCulture,
                $"Training seems ruined: for {Patience * _stretch} iterations its error has been {error / _best:F1} times the best that it "
                + $"had. Lower the learning rate or clip gradients; the best validated weights stay.")
            : null;
    }
}
