using Tat.Torch.Runtime;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Tat.Torch.Model.Layers;

/// <summary>A map to which a layer adds its output part by part: in place where nobody needs the old values, else as a new map.</summary>
/// <param name="map">B×H×W×C.</param>
internal sealed class Residual(Tensor map)
{
    private readonly bool _inPlace = RowStrips.Streams(map);
    private readonly List<(int Row, Tensor Added)> _parts = [];

    /// <summary>Adds a 1×1 convolution of features to some rows of some columns. Parts come row by row, and each row from left to right.</summary>
    /// <param name="row">The first row.</param>
    /// <param name="column">The columns.</param>
    /// <param name="values">B×rows×columns×K.</param>
    /// <param name="matrix">C×K, or B×C×K for a matrix per sample.</param>
    /// <param name="bias">C, or none.</param>
    public void AddProduct(int row, WindowAxis.Cell column, Tensor values, Tensor matrix, Tensor? bias)
    {
        if (!_inPlace)
        {
            var product = matrix.dim() == 2 ? functional.linear(values, matrix, bias) : Product(values, matrix, bias);
            _parts.Add((row, product.MoveToOuterDisposeScope()));
            return;
        }

        var transposed = (matrix.dim() == 2 ? matrix : matrix.squeeze(0)).t();
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

    /// <summary>The sum; to be asked for once, after all parts were added.</summary>
    public Tensor Result()
    {
        if (_inPlace)
        {
            return map;
        }

        var rows = _parts.GroupBy(part => part.Row).OrderBy(group => group.Key).Select(group => Join([.. group.Select(part => part.Added)], 2));
        return map.Plus(Join([.. rows], 1));
    }

    private static Tensor Join(Tensor[] parts, long axis) => parts.Length == 1 ? parts[0] : cat(parts, axis);

    private static Tensor Product(Tensor values, Tensor matrix, Tensor? bias)
    {
        // B×(rows·columns)×K times B×K×C
        var product = values.flatten(1, 2).bmm(matrix.transpose(-2, -1)).view([.. values.shape[..3], matrix.shape[1]]);
        return bias is null ? product : product.Plus(bias);
    }
}
