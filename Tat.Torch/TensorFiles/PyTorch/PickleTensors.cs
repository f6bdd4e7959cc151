using System.Text;
using Tat.Torch.Files;

namespace Tat.Torch.TensorFiles.PyTorch;

/// <summary>The few Python functions that PyTorch stores tensors with, understood without Python.</summary>
/// <param name="meter">Counts the memory that calls take.</param>
/// <param name="load">Finds the storage of a persistent id: type, key, number of elements.</param>
/// <param name="isInside">Whether the pickle is itself the bytes of a storage, in which there are no further ones.</param>
internal sealed class PickleTensors(MemoryMeter meter, Func<ElementType, string, long, TensorStorage> load, bool isInside = false)
{
    private const string RebuildTensor = "torch._utils._rebuild_tensor_v2";
    private const string RebuildOldTensor = "torch._utils._rebuild_tensor";
    private const string RebuildParameter = "torch._utils._rebuild_parameter";
    private const string LoadFromBytes = "torch.storage._load_from_bytes";
    private const string Encode = "_codecs.encode";
    private const string OrderedDictionary = "collections.OrderedDict";
    private const string DefaultDictionary = "collections.defaultdict";
    private const string Counter = "collections.Counter";
    private const int TensorSize = 512;
    private const int EntrySize = 32;

    private static readonly HashSet<string> _functions =
    [
        RebuildTensor, RebuildOldTensor, RebuildParameter, LoadFromBytes, Encode, OrderedDictionary, DefaultDictionary, Counter,
    ];

    /// <summary>What training programs save beside weights; in its place stands nothing.</summary>
    private static readonly HashSet<string> _ignored =
    [
        "argparse.Namespace", "types.SimpleNamespace", "pathlib.PosixPath", "pathlib.WindowsPath", "pathlib.PurePosixPath",
        "pathlib.PureWindowsPath",
        "numpy.core.multiarray.scalar", "numpy._core.multiarray.scalar", "numpy.dtype", "torch.Size", "torch.device",
        "torch.torch_version.TorchVersion",
        "datetime.datetime", "datetime.date", "datetime.time", "datetime.timedelta", "datetime.timezone", "collections.deque",
        "decimal.Decimal", "fractions.Fraction", "uuid.UUID",
        "easydict.EasyDict", "addict.addict.Dict", "yacs.config.CfgNode", "ml_collections.config_dict.config_dict.ConfigDict",
        "omegaconf.dictconfig.DictConfig", "omegaconf.listconfig.ListConfig",
        .. new[] { "int", "float", "bool", "str", "list", "dict", "set", "frozenset", "complex" }.SelectMany(name =>
            new[] { $"builtins.{name}", $"__builtin__.{name}" }),
        .. new[]
        {
            "float64", "float32", "float16", "bfloat16", "int64", "int32", "int16", "int8", "uint8", "bool", "complex64", "complex128",
        }.Select(name => $"torch.{name}"),
    ];

    /// <summary>Whether a name may occur: the functions, the storage classes, and what is ignored.</summary>
    public static bool IsAllowed(PickleGlobal name) =>
        _functions.Contains(name.ToString()) || StorageType(name) is not null || IsIgnored(name);

    /// <summary>Whether what a name makes is left out.</summary>
    public static bool IsIgnored(PickleGlobal name) => _ignored.Contains(name.ToString());

    /// <summary>What a persistent id stands for: ('storage', class, key, location, number of elements[, view]).</summary>
    public TensorStorage Load(object? id)
    {
        if (id is not PickleTuple { Items: ["storage", PickleGlobal type, string key, string, long count, .. var rest] }
            || rest is not ([] or [null]) || StorageType(type) is not { } element || count < 0)
        {
            throw new InvalidDataException("the pickle refers to data in a way that tensors do not");
        }

        meter.Take(TensorSize);
        return load(element, key, count);
    }

    /// <summary>Does what a call would do.</summary>
    public object Call(PickleGlobal function, object?[] arguments)
    {
        // The memo hands the same argument to any number of calls.
        meter.Take(TensorSize + arguments.Sum(argument => argument switch
        {
            List<object?> items => (long)EntrySize * items.Count,
            PickleTuple tuple => (long)EntrySize * tuple.Items.Length,
            string text => text.Length,
            byte[] bytes => bytes.LongLength,
            _ => 0,
        }));
        return Evaluate(function, arguments);
    }

    private object Evaluate(PickleGlobal function, object?[] arguments) => (function.ToString(), arguments) switch
    {
        _ when IsIgnored(function) => new PickleIgnored(function.ToString()),
        (OrderedDictionary or Counter, []) or (DefaultDictionary, [] or [PickleGlobal]) => new PickleDictionary(),
        (Counter, [PickleDictionary counts]) => counts,
        (OrderedDictionary, [List<object?> items]) => ToDictionary(items),
        (RebuildTensor or RebuildOldTensor, [TensorStorage storage, long offset, PickleTuple shape, PickleTuple strides, ..]) =>
            StoredTensor.Create(storage, offset, Integers(shape), Integers(strides)),
        (RebuildParameter, [StoredTensor tensor, ..]) => tensor,
        (Encode, [string text, "latin1" or "latin-1"]) => Encoding.Latin1.GetBytes(text),
        (LoadFromBytes, [byte[] bytes]) when !isInside => LegacyTorchFile.ReadStorage(bytes, meter),
        _ => throw new InvalidDataException($"the pickle calls '{function}' in a way that tensors do not; nothing of it was run"),
    };

    private static ElementType? StorageType(PickleGlobal name) => name.Module == "torch" ? ElementType.OfStorage(name.Name) : null;

    private static long[] Integers(PickleTuple tuple) =>
        [.. tuple.Items.Select(item =>
            item is long value ? value : throw new InvalidDataException("the pickle has a tensor whose shape is not made of integers"))];

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
