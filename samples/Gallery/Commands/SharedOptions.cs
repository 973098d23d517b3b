using System.CommandLine;
using System.Reflection;
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
    public IReadOnlyList<IVariant> Variants(ParseResult result) => result.GetValue(library) is { } path ? In(path) : Catalog.All;

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

    private static IVariant[] In(string path)
    {
        Type[] types;
        try
        {
            types = Assembly.LoadFrom(Path.GetFullPath(path)).GetTypes();
        }
        catch (Exception exception) when (exception is BadImageFormatException or FileNotFoundException)
        {
            throw new ArgumentException($"--variants {path}: expected a .NET assembly, but {(File.Exists(path) ? "the file is none" : "there is no such file")}.", exception);
        }
        catch (ReflectionTypeLoadException exception)
        {
            throw new ArgumentException($"--variants {path}: expected an assembly built with this version of AttentionDsl, but {exception.LoaderExceptions[0]?.Message}", exception);
        }

        IVariant[] found = [.. types
            .Where(x => x.GetCustomAttribute<RecurrentAttentionAttribute>() is not null)
            .OrderBy(x => x.FullName, StringComparer.Ordinal)
            .Select(x => x.GetProperty("Variant", BindingFlags.Public | BindingFlags.Static)?.GetValue(null))
            .OfType<IVariant>()];
        return found.Length > 0 ? found : throw new ArgumentException($"--variants {path}: expected records marked [RecurrentAttention], but the assembly has none.");
    }
}
