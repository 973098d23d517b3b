using System.CommandLine;
using AttentionDsl.Runtime;
using AttentionDsl.Variants;

namespace AttentionDsl.Gallery.Commands;

/// <summary>What every command takes: where to run, and whose variants.</summary>
internal sealed class SharedOptions
{
    private readonly Option<string> device = new("--device") { Description = "Where kernels run.", DefaultValueFactory = _ => "auto", Recursive = true };
    private readonly Option<string?> library = new("--variants") { Description = "Take the variants declared in this assembly (.dll) in place of the gallery's.", HelpName = "FILE", Recursive = true };

    public SharedOptions() => device.AcceptOnlyFromAmong(Placement.Names);

    /// <summary>Adds the options to the root, and thereby to all commands.</summary>
    public void AddTo(Command root)
    {
        root.Add(device);
        root.Add(library);
    }

    /// <summary>The name of the device.</summary>
    public string Device(ParseResult result) => result.GetValue(device)!;

    /// <summary>The variants to work with.</summary>
    /// <exception cref="ArgumentException">The assembly declares none.</exception>
    public IReadOnlyList<IVariant> Variants(ParseResult result) => result.GetValue(library) is { } path ? VariantAssembly.Read(path) : Catalog.All;

    /// <summary>The variants of a name (the declaration's or a published one, whatever the case), or all.</summary>
    /// <exception cref="ArgumentException">There is no such variant.</exception>
    public IReadOnlyList<IVariant> Variants(ParseResult result, string? name)
    {
        IReadOnlyList<IVariant> all = Variants(result);
        if (name is null)
        {
            return all;
        }

        IVariant[] found = [.. all.Where(x => Is(x.Description.Name, name) || x.Description.PublishedAs.Any(y => Is(y.Name, name)))];
        return found.Length > 0
            ? found
            : throw new ArgumentException($"there is no variant '{name}'; there are {string.Join(", ", all.Select(x => x.Description.Name))}.");
    }

    private static bool Is(string a, string b) => string.Equals(a, b, StringComparison.OrdinalIgnoreCase);
}
