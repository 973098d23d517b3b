using System.IO.Compression;
using System.Reflection;
using System.Security.Cryptography;
using System.Text;
using ILGPU;
using ILGPU.Algorithms;
using ILGPU.Runtime;

namespace AttentionDsl.Runtime;

/// <summary>
/// Kernels that earlier processes compiled, as files: a kernel's text depends on its assemblies and on what it is compiled for, and on nothing else. A file that
/// cannot be read or written is as none: the kernel is compiled.
/// </summary>
/// <param name="folder">Where the files are; <see langword="null"/>: nothing is kept.</param>
internal sealed class PtxCache(string? folder)
{
    /// <summary>The environment variable that names another folder, or "off".</summary>
    public const string Variable = "ATTENTIONDSL_KERNEL_CACHE";

    /// <summary>The cache of this process.</summary>
    public static PtxCache Default { get; } = new(FolderOf(Environment.GetEnvironmentVariable(Variable)));

    /// <summary>What a value of <see cref="Variable"/> means: by default a folder of the user's.</summary>
    public static string? FolderOf(string? value) => value switch
    {
        "off" or "0" => null,
        { Length: > 0 } => value,
        _ => Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.DoNotVerify) is { Length: > 0 } own
            ? Path.Combine(own, "AttentionDsl", "kernels")
            : null,
    };

    /// <summary>Names a kernel: the same name, the same text.</summary>
    /// <param name="method">The kernel.</param>
    /// <param name="specialization">How it is launched.</param>
    /// <param name="target">What it is compiled for.</param>
    public static string Key(MethodInfo method, KernelSpecialization specialization, string target)
    {
        Assembly[] made = [typeof(PtxCache).Assembly, typeof(Context).Assembly, typeof(XMath).Assembly, typeof(object).Assembly, method.Module.Assembly];

        // A method's own text leaves out the arguments of its arguments, which are the sizes.
        string kernel = $"{method.DeclaringType} {method.Name}<{string.Join(", ", method.GetGenericArguments().Select(x => x.ToString()))}>";
        string launch = $"{specialization.MaxNumThreadsPerGroup} {specialization.MinNumGroupsPerMultiprocessor}";
        return Sum(string.Join('\n', [.. made.Select(x => $"{x.FullName} {x.ManifestModule.ModuleVersionId}"), kernel, launch, target]));
    }

    /// <summary>The text of a kernel, or <see langword="null"/>.</summary>
    /// <param name="key">Its name.</param>
    public string? Find(string key)
    {
        if (folder is null)
        {
            return null;
        }

        try
        {
            using var file = new GZipStream(File.OpenRead(PathOf(key)), CompressionMode.Decompress);
            using var reader = new StreamReader(file, Encoding.UTF8);
            string? sum = reader.ReadLine();
            string text = reader.ReadToEnd();
            return sum == Sum(text) ? text : null;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or InvalidDataException)
        {
            return null;
        }
    }

    /// <summary>Keeps the text of a kernel.</summary>
    /// <param name="key">Its name.</param>
    /// <param name="text">Its text.</param>
    public void Keep(string key, string text)
    {
        if (folder is null)
        {
            return;
        }

        try
        {
            Directory.CreateDirectory(folder);
            string unfinished = Path.Combine(folder, Path.GetRandomFileName());
            using (var file = new GZipStream(File.Create(unfinished), CompressionLevel.Fastest))
            {
                file.Write(Encoding.UTF8.GetBytes($"{Sum(text)}\n{text}"));
            }

            // Other processes see all of it or nothing.
            File.Move(unfinished, PathOf(key), overwrite: true);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // The next process compiles the kernel again.
        }
    }

    // Also tells a file that is not whole.
    private static string Sum(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));

    private string PathOf(string key) => Path.Combine(folder!, key + ".ptx.gz");
}
