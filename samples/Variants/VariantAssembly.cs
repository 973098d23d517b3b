using System.Reflection;
using AttentionDsl.Runtime;

namespace AttentionDsl.Variants;

/// <summary>The variants that somebody else's assembly declares: what programs take with <c>--variants FILE</c>.</summary>
public static class VariantAssembly
{
    /// <summary>The variants of an assembly, by name.</summary>
    /// <param name="path">The file, a .dll.</param>
    /// <exception cref="ArgumentException">It is no assembly, or declares none.</exception>
    public static IReadOnlyList<IVariant> Read(string path)
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
