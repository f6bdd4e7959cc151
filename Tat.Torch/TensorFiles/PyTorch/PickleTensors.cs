using System.Text;

namespace Tat.Torch.TensorFiles.PyTorch;

/// <summary>The few Python functions that PyTorch stores tensors with, understood without Python.</summary>
/// <param name="load">Finds the storage of a persistent id: type, key, number of elements.</param>
internal sealed class PickleTensors(Func<ElementType, string, long, TensorStorage> load)
{
    private const string RebuildTensor = "torch._utils._rebuild_tensor_v2";
    private const string RebuildOldTensor = "torch._utils._rebuild_tensor";
    private const string RebuildParameter = "torch._utils._rebuild_parameter";
    private const string LoadFromBytes = "torch.storage._load_from_bytes";
    private const string Encode = "_codecs.encode";
    private const string OrderedDictionary = "collections.OrderedDict";

    private static readonly HashSet<string> _functions = [RebuildTensor, RebuildOldTensor, RebuildParameter, LoadFromBytes, Encode, OrderedDictionary];

    /// <summary>Whether a name may occur: the functions, and the storage classes.</summary>
    public static bool IsAllowed(PickleGlobal name) => _functions.Contains(name.ToString()) || StorageType(name) is not null;

    /// <summary>What a persistent id stands for: ('storage', class, key, location, number of elements[, view]).</summary>
    public TensorStorage Load(object? id)
    {
        if (id is not PickleTuple { Items: ["storage", PickleGlobal type, string key, string, long count, .. var rest] } || rest is not ([] or [null]) || StorageType(type) is not { } element || count < 0)
        {
            throw new InvalidDataException("the pickle refers to data in a way that tensors do not");
        }

        return load(element, key, count);
    }

    /// <summary>Does what a call would do.</summary>
    public object Call(PickleGlobal function, object?[] arguments) => (function.ToString(), arguments) switch
    {
        (OrderedDictionary, []) => new PickleDictionary(),
        (OrderedDictionary, [List<object?> items]) => ToDictionary(items),
        (RebuildTensor or RebuildOldTensor, [TensorStorage storage, long offset, PickleTuple shape, PickleTuple strides, ..]) => StoredTensor.Create(storage, offset, Integers(shape), Integers(strides)),
        (RebuildParameter, [StoredTensor tensor, ..]) => tensor,
        (Encode, [string text, "latin1" or "latin-1"]) => Encoding.Latin1.GetBytes(text),
        (LoadFromBytes, [byte[] bytes]) => LegacyTorchFile.ReadStorage(bytes),
        _ => throw new InvalidDataException($"the pickle calls '{function}' in a way that tensors do not; nothing of it was run"),
    };

    private static ElementType? StorageType(PickleGlobal name) => name.Module == "torch" ? ElementType.OfStorage(name.Name) : null;

    private static long[] Integers(PickleTuple tuple) => [.. tuple.Items.Select(item => item is long value ? value : throw new InvalidDataException("the pickle has a tensor whose shape is not made of integers"))];

    private static PickleDictionary ToDictionary(List<object?> items)
    {
        var dictionary = new PickleDictionary();
        foreach (var item in items)
        {
            dictionary.Items.Add(item switch
            {
                PickleTuple { Items: [var key, var value] } => (key, value),
                List<object?> { Count: 2 } pair => (pair[0], pair[1]),
                _ => throw new InvalidDataException("the pickle makes a dictionary of something that is not made of pairs"),
            });
        }

        return dictionary;
    }
}
