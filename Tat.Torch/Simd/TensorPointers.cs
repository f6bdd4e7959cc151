using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace Tat.Torch.Simd;

/// <summary>The memory of tensors, for the loops of this folder.</summary>
internal static class TensorPointers
{
    /// <summary>Where the values of a contiguous tensor on the CPU begin; valid as long as the tensor lives.</summary>
    public static unsafe float* Pointer(this Tensor tensor)
    {
        Debug.Assert(tensor.dtype == ScalarType.Float32 && tensor.device_type == TorchSharp.DeviceType.CPU && tensor.is_contiguous(),
            "Only contiguous tensors of float on a CPU can be read by pointer.");

        // Of the first value alone: there may be more than a span can hold.
        using var all = tensor.view(-1);
        using var first = all.narrow(0, 0, 1);
        return (float*)Unsafe.AsPointer(ref MemoryMarshal.GetReference(first.bytes));
    }
}
