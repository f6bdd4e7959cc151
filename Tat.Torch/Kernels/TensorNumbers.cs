using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace Tat.Torch.Kernels;

/// <summary>The memory of tensors, for kernels.</summary>
internal static class TensorNumbers
{
    /// <summary>The numbers of a contiguous tensor on the CPU, for as long as the tensor lives.</summary>
    public static unsafe float* Numbers(this Tensor tensor)
    {
        Debug.Assert(tensor.dtype == ScalarType.Float32 && tensor.device_type == TorchSharp.DeviceType.CPU && tensor.is_contiguous(),
            "Kernels take contiguous tensors of float on a CPU.");

        // Of the first one: there may be more than a span can hold.
        using var all = tensor.view(-1);
        using var first = all.narrow(0, 0, 1);
        return (float*)Unsafe.AsPointer(ref MemoryMarshal.GetReference(first.bytes));
    }
}
