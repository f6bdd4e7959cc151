using Mono.Cecil;
using Mono.Cecil.Cil;
using Mono.Cecil.Rocks;
using Tat.Torch.Files.Writing;

namespace Tat.Tests.Architecture;

/// <summary>
/// Results are written by one owner, <see cref="AtomicFile"/> and <see cref="AtomicFolder"/>; everything else that opens a file for writing
/// is listed here with its reason.
/// </summary>
[TestClass]
public sealed class WritingTests
{
    private static readonly string[] _moves =
    [
        "System.IO.File::Move", "System.IO.File::Replace", "System.IO.Directory::Move", "System.IO.FileInfo::MoveTo",
        "System.IO.FileInfo::Replace", "System.IO.DirectoryInfo::MoveTo",
    ];

    private static readonly string[] _writes =
    [
        "System.IO.File::Write", "System.IO.File::Append", "System.IO.File::Create", "System.IO.File::Copy", "System.IO.File::OpenWrite",
        "System.IO.File::OpenHandle",
        "System.IO.FileInfo::Create", "System.IO.FileInfo::Append", "System.IO.FileInfo::CopyTo", "System.IO.FileInfo::OpenWrite",
        "System.IO.FileStream::.ctor", "System.IO.StreamWriter::.ctor(System.String", "System.IO.Compression.ZipFile::",
    ];

    private static readonly string[] _temporary =
    [
        "System.IO.Path::GetTemp", "System.IO.Directory::CreateTempSubdirectory",
    ];

    private static readonly Dictionary<string, string> _others = new()
    {
        ["Tat.Torch.Files.RegularFile"] = "reads",
        ["Tat.Torch.Files.PrivateFile"] = "a temporary file without a name",
        ["Tat.Torch.Training.Resuming.CheckpointStore"] = "the lock of a folder",
        ["Tat.Torch.Training.Reporting.TrainingLog"] = "a log, which grows line by line",
        ["Tat.MLNet.Formats.Dicom.Writing.DerivedFile"] = "writes an object where AtomicFolder says",
        ["Tat.Samples.Commands.ApplyOnnxCommand"] = "a temporary file for a component that wants a path",
        ["Tat.Samples.Bench"] = "temporary files of measurements",
    };

    [TestMethod]
    public void Only_the_owner_of_writing_moves_files_or_opens_them_for_writing()
    {
        var owner = typeof(AtomicFile).Namespace!;
        string[] wrong =
        [
            .. Calls().Where(call => !call.Type.StartsWith(owner, StringComparison.Ordinal)
                    && (_moves.Any(call.Method.Contains) || _writes.Any(call.Method.Contains)
                        && !_others.Keys.Any(other => call.Type.StartsWith(other, StringComparison.Ordinal))))
                .Select(call => $"{call.Type} calls {call.Method}").Distinct(),
        ];
        Assert.IsEmpty(wrong, $"Write results through AtomicFile or AtomicFolder:\n{string.Join('\n', wrong)}");
    }

    /// <summary>What is left in such a place when a process is killed, the next one finds and removes.</summary>
    [TestMethod]
    public void Temporary_files_have_few_owners()
    {
        string[] owners =
        [
            typeof(WorkFolder).FullName!, "Tat.Torch.Files.PrivateFile",
            "Tat.MLNet.Training.GoodScans", // hands the folder to a PrivateFile
            "Tat.Torch.Training.TrainingLoop", // keeps what a training has learnt where no folder is given for it,
            "Tat.Samples.Shared.Training.TrainingCheckpoints", // or where the folder that is given cannot be written any more
        ];
        CollectionAssert.AreEquivalent(owners, Calls()
            .Where(call => _temporary.Any(call.Method.Contains)).Select(call => call.Type).Distinct().ToArray());
    }

    [TestMethod]
    public void The_list_of_exceptions_has_none_too_many()
    {
        string[] writers = [.. Calls().Where(call => _writes.Any(call.Method.Contains)).Select(call => call.Type).Distinct()];
        string[] unused = [.. _others.Keys.Where(other => !writers.Any(type => type.StartsWith(other, StringComparison.Ordinal)))];
        Assert.IsEmpty(unused, $"No longer needed: {string.Join(", ", unused)}");
    }

    private static IEnumerable<(string Type, string Method)> Calls()
    {
        foreach (var project in Rooms.Projects)
        {
            using var assembly = AssemblyDefinition.ReadAssembly(Path.Combine(AppContext.BaseDirectory, $"{project}.dll"));
            foreach (var type in assembly.MainModule.GetAllTypes())
            {
                foreach (var instruction in type.Methods.Where(method => method.HasBody).SelectMany(method => method.Body.Instructions))
                {
                    if (instruction.OpCode.Code is Code.Call or Code.Callvirt or Code.Newobj or Code.Ldftn
                        && instruction.Operand is MethodReference called)
                    {
                        yield return (type.FullName, called.FullName);
                    }
                }
            }
        }
    }
}
