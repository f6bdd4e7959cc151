using static TorchSharp.torch;

namespace Tat.Torch.Model.Parameters;

/// <summary>Puts modules under their published names, which are dotted where the published program has modules inside modules.</summary>
internal static class PublishedNames
{
    /// <summary>Registers a module below an owner, which disposes of it.</summary>
    public static T Add<T>(this nn.Module owner, string name, T module)
        where T : nn.Module
    {
        var parts = name.Split('.');
        var inner = parts[..^1].Aggregate(
            owner, (outer, part) => outer.named_children().FirstOrDefault(child => child.name == part).module ?? Open(outer, part));
        inner.register_module(parts[^1], module);
        return module;
    }

    private static Group Open(nn.Module owner, string name)
    {
        var group = new Group();
        owner.register_module(name, group);
        return group;
    }

    private sealed class Group() : nn.Module(nameof(Group));
}
