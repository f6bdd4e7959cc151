using Tat.Torch.Runtime;
using static TorchSharp.torch;

namespace Tat.Torch.Model.FeatureMaps;

/// <summary>A map to which a layer adds its output part by part: in place where nobody needs the old values, else as a new map.</summary>
/// <param name="mode">How the network runs.</param>
/// <param name="map">B×H×W×C.</param>
internal sealed class Residual(RunMode mode, Tensor map)
{
    private readonly List<(int Row, Tensor Sum)> _parts = [];

    /// <summary>
    /// Adds a 1×1 convolution of features to some rows of some columns. Parts come row by row, and each row from left to right.
    /// </summary>
    /// <param name="row">The first row.</param>
    /// <param name="column">The columns.</param>
    /// <param name="values">B×rows×columns×K.</param>
    /// <param name="matrix">C×K, or B×C×K for a matrix per sample.</param>
    /// <param name="bias">C, or none.</param>
    public void AddProduct(int row, WindowAxis.Cell column, Tensor values, Tensor matrix, Tensor? bias)
    {
        if (!mode.InStrips)
        {
            _parts.Add((row, Sum(Maps.Part(map, row, (int)values.shape[1], column), values, matrix, bias).MoveToOuterDisposeScope()));
            return;
        }

        var transposed = Transposed(matrix);
        var (rows, channels) = (values.shape[1], transposed.shape[0]);
        var target = map.narrow(1, row, rows);
        if (column.Length == map.shape[2])
        {
            target.view(-1, map.shape[3]).addmm_(values.view(-1, channels), transposed);
        }
        else
        {
            // Rows of a part of the columns are not one matrix, but a batch of them.
            target = target.narrow(2, column.Start, column.Length);
            target.Add(values.squeeze(0).bmm(transposed.unsqueeze(0).expand(rows, -1, -1)));
        }

        if (bias is not null)
        {
            target.Add(bias);
        }
    }

    /// <summary>
    /// The sum, a tensor of its own also where its memory is that of the map; to be asked for once, after all parts were added.
    /// </summary>
    public Tensor Result()
    {
        if (mode.InStrips)
        {
            return map.alias();
        }

        var rows = _parts.GroupBy(part => part.Row).OrderBy(group => group.Key)
            .Select(group => Join([.. group.Select(part => part.Sum)], 2));
        return Join([.. rows], 1);
    }

    private static Tensor Join(Tensor[] parts, long axis) => parts.Length == 1 ? parts[0] : cat(parts, axis);

    private static Tensor Sum(Tensor before, Tensor values, Tensor matrix, Tensor? bias)
    {
        // One matrix for all pixels adds to a sum as it multiplies; a matrix per sample multiplies first.
        var sum = matrix.dim() == 2 || matrix.shape[0] == 1
            ? addmm(before.flatten(0, 2), values.flatten(0, 2), Transposed(matrix), 1, 1).view(before.shape)
            : before.Plus(values.flatten(1, 2).bmm(matrix.transpose(-2, -1)).view(before.shape));
        return bias is null ? sum : sum.Plus(bias);
    }

    /// <summary>C×K or 1×C×K → K×C.</summary>
    private static Tensor Transposed(Tensor matrix) => (matrix.dim() == 2 ? matrix : matrix.squeeze(0)).t();
}
