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
/// cannot be read or written is as none: the kernel is compiled. Every build of a declaration has names of its own, so the folder is kept to a size: where it has more, the
/// files that were used longest ago go, down to three quarters of it.
/// </summary>
/// <param name="folder">Where the files are; <see langword="null"/>: nothing is kept.</param>
/// <param name="limit">Bytes of all files.</param>
internal sealed class PtxCache(string? folder, long limit = PtxCache.Limit)
{
    /// <summary>Bytes of all files by default: some thousand kernels.</summary>
    public const long Limit = 256L << 20;

    /// <summary>The environment variable that names another folder, or "off".</summary>
    public const string Variable = "ATTENTIONDSL_KERNEL_CACHE";

    private const string Finished = ".ptx.gz", Unfinished = ".ptx.part";

    // Of what a process left that ended while it wrote.
    private static readonly TimeSpan Abandoned = TimeSpan.FromHours(1);

    // A file's time says when it was used, to the day: reading writes no more often.
    private static readonly TimeSpan Recent = TimeSpan.FromDays(1);

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
            string path = PathOf(key), text;
            string? sum;
            using (var file = new GZipStream(File.OpenRead(path), CompressionMode.Decompress))
            using (var reader = new StreamReader(file, Encoding.UTF8))
            {
                sum = reader.ReadLine();
                text = reader.ReadToEnd();
            }

            if (sum != Sum(text))
            {
                return null;
            }

            Touch(path);
            return text;
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
            string unfinished = Path.Combine(folder, Path.GetRandomFileName() + Unfinished);
            using (var file = new GZipStream(File.Create(unfinished), CompressionLevel.Fastest))
            {
                file.Write(Encoding.UTF8.GetBytes($"{Sum(text)}\n{text}"));
            }

            // Other processes see all of it or nothing.
            File.Move(unfinished, PathOf(key), overwrite: true);
            Trim();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // The next process compiles the kernel again.
        }
    }

    private static void Touch(string path)
    {
        try
        {
            DateTime now = DateTime.UtcNow;
            if (now - File.GetLastWriteTimeUtc(path) > Recent)
            {
                File.SetLastWriteTimeUtc(path, now);
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // A folder that is only read: who writes it decides what stays.
        }
    }

    // Of other files that may be in the folder it touches none.
    private void Trim()
    {
        var all = new DirectoryInfo(folder!);
        foreach (FileInfo left in all.EnumerateFiles("*" + Unfinished).Where(x => DateTime.UtcNow - x.LastWriteTimeUtc > Abandoned))
        {
            Delete(left);
        }

        FileInfo[] kept = [.. all.EnumerateFiles("*" + Finished)];
        long bytes = kept.Sum(x => x.Length);
        if (bytes <= limit)
        {
            return;
        }

        foreach (FileInfo file in kept.OrderBy(x => x.LastWriteTimeUtc).TakeWhile(_ => bytes > limit / 4 * 3))
        {
            bytes -= file.Length;
            Delete(file);
        }
    }

    private static void Delete(FileInfo file)
    {
        try
        {
            file.Delete();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // Another process reads it; the next one deletes it.
        }
    }

    // Also tells a file that is not whole.
    private static string Sum(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));

    private string PathOf(string key) => Path.Combine(folder!, key + Finished);
}
