using System.Text.RegularExpressions;
using Mono.Cecil;
using Mono.Cecil.Rocks;

namespace Tat.Tests.Architecture;

/// <summary>Which folder of the sources uses which, read from the compiled programs.</summary>
internal sealed partial class Rooms
{
    /// <summary>The assemblies, and the folder of the sources of each; a project within another's folder stands behind it.</summary>
    public static readonly IReadOnlyDictionary<string, string> Assemblies = new OrderedDictionary<string, string>
    {
        ["Tat.Torch"] = "Tat.Torch",
        ["Tat.MLNet"] = "Tat.MLNet",
        ["Tat.MLNet.FoDicom"] = "Tat.MLNet/FoDicom",
        ["Tat.Samples"] = "Tat.Samples",
        ["Tat.Samples.Service"] = "Tat.Samples/Service",
    };

    public static readonly string[] Projects = ["Tat.Torch", "Tat.MLNet", "Tat.Samples"];

    // Where a public type keeps its namespace, or an internal one has none, the file of its name tells the room.
    private readonly Dictionary<string, string> _roomOfFile = [];
    private readonly HashSet<string> _folders = [];

    public Rooms()
    {
        foreach (var type in Files()
            .Select(file => (Name: $"{AssemblyOf(file)}:{Path.GetFileName(file).Split('.')[0]}", Room: RoomOf(file)))
            .GroupBy(file => file.Name))
        {
            string[] rooms = [.. type.Select(file => file.Room).Distinct()];
            _folders.UnionWith(rooms);
            if (rooms.Length == 1)
            {
                _roomOfFile[type.Key] = rooms[0];
            }
        }
    }

    /// <summary>The source files, relative to the root.</summary>
    public static IEnumerable<string> Files() => Projects
        .SelectMany(project => Directory.EnumerateFiles(Path.Combine(SourceTree.Root, project), "*.cs", SearchOption.AllDirectories))
        .Select(file => Path.GetRelativePath(SourceTree.Root, file).Replace('\\', '/'))
        .Where(file => !GeneratedOrFacade().IsMatch(file));

    /// <summary>The folder of a source file.</summary>
    public static string RoomOf(string file) => file[..file.LastIndexOf('/')];

    /// <summary>The uses of one room by another, each with the type that uses it and the one that is used.</summary>
    public IEnumerable<(string From, string To, string Example)> Uses()
    {
        foreach (var name in Assemblies.Keys)
        {
            using var assembly = AssemblyDefinition.ReadAssembly(Path.Combine(AppContext.BaseDirectory, $"{name}.dll"));
            foreach (var type in assembly.MainModule.GetAllTypes())
            {
                if (RoomOf(type) is not { } room)
                {
                    continue;
                }

                foreach (var used in ReferencesOf(type))
                {
                    if (RoomOf(used) is { } other && other != room)
                    {
                        yield return (room, other, $"{type.Name} uses {used.Name}");
                    }
                }
            }
        }
    }

    private static string AssemblyOf(string file) =>
        Assemblies.Last(assembly => file.StartsWith($"{assembly.Value}/", StringComparison.Ordinal)).Key;

    private string? RoomOf(TypeReference type)
    {
        while (type.DeclaringType is { } outer)
        {
            type = outer;
        }

        var assembly = type.Scope is ModuleDefinition module ? module.Assembly.Name.Name : type.Scope.Name;
        if (!Assemblies.TryGetValue(assembly, out var folder))
        {
            return null;
        }

        if (_roomOfFile.TryGetValue($"{assembly}:{type.Name.Split('`')[0]}", out var room))
        {
            return room;
        }

        // Generated code lies below the folder that it belongs to.
        for (var name = type.Namespace; name.StartsWith(assembly, StringComparison.Ordinal); name = name[..name.LastIndexOf('.')])
        {
            var inner = $"{folder}{name[assembly.Length..].Replace('.', '/')}";
            if (_folders.Contains(inner))
            {
                return inner;
            }
        }

        return null;
    }

    private static IEnumerable<TypeReference> ReferencesOf(TypeDefinition type)
    {
        var named = new List<TypeReference?> { type.BaseType };
        named.AddRange(type.Interfaces.Select(implemented => implemented.InterfaceType));
        named.AddRange(type.Fields.Select(field => field.FieldType));
        named.AddRange(type.CustomAttributes.SelectMany(attribute => attribute.ConstructorArguments)
            .Select(argument => argument.Value as TypeReference));
        named.AddRange(type.GenericParameters.SelectMany(parameter => parameter.Constraints)
            .Select(constraint => constraint.ConstraintType));
        foreach (var method in type.Methods)
        {
            named.Add(method.ReturnType);
            named.AddRange(method.Parameters.Select(parameter => parameter.ParameterType));
            if (method.HasBody)
            {
                named.AddRange(method.Body.Variables.Select(variable => variable.VariableType));
                named.AddRange(method.Body.ExceptionHandlers.Select(handler => handler.CatchType));
                named.AddRange(method.Body.Instructions.SelectMany(instruction => OfOperand(instruction.Operand)));
            }
        }

        return named.OfType<TypeReference>().SelectMany(Parts);
    }

    private static IEnumerable<TypeReference?> OfOperand(object? operand) => operand switch
    {
        TypeReference type => [type],
        GenericInstanceMethod generic => [generic.DeclaringType, generic.ReturnType, .. generic.GenericArguments],
        MethodReference method => [method.DeclaringType, method.ReturnType],
        FieldReference field => [field.DeclaringType, field.FieldType],
        _ => [],
    };

    /// <summary>A type, or the types that a generic one, an array or a pointer is made of.</summary>
    private static IEnumerable<TypeReference> Parts(TypeReference type) => type switch
    {
        GenericParameter => [],
        GenericInstanceType generic => [generic.ElementType, .. generic.GenericArguments.SelectMany(Parts)],
        TypeSpecification specification => Parts(specification.ElementType),
        _ => [type],
    };

    [GeneratedRegex("/(obj|bin|Facade|Generated)/")]
    private static partial Regex GeneratedOrFacade();
}
