using System.Reflection;
using AttentionDsl.Runtime;
using ILGPU;
using ILGPU.Backends.PTX;
using ILGPU.Runtime;

namespace AttentionDsl.Device.Tests;

/// <summary>Kernels that earlier processes compiled.</summary>
public sealed class PtxCacheTests : IDisposable
{
    private static readonly MethodInfo One = typeof(PtxCacheTests).GetMethod("First", BindingFlags.NonPublic | BindingFlags.Static)!.MakeGenericMethod(typeof(int));
    private static readonly MethodInfo Other = typeof(PtxCacheTests).GetMethod(nameof(Second), BindingFlags.NonPublic | BindingFlags.Static)!;

    private readonly string folder = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());

    public void Dispose()
    {
        if (Directory.Exists(folder))
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public void A_text_is_found_again()
    {
        Assert.Null(new PtxCache(folder).Find("a"));
        new PtxCache(folder).Keep("a", "text");
        Assert.Equal("text", new PtxCache(folder).Find("a"));
        Assert.Null(new PtxCache(folder).Find("b"));
        Assert.Single(Directory.GetFiles(folder));
    }

    [Fact]
    public void A_damaged_file_is_as_none()
    {
        var cache = new PtxCache(folder);
        cache.Keep("a", string.Join(' ', Enumerable.Range(0, 1000)));
        string file = Assert.Single(Directory.GetFiles(folder));
        byte[] whole = File.ReadAllBytes(file);
        File.WriteAllBytes(file, whole[..(whole.Length / 2)]);
        Assert.Null(cache.Find("a"));
        whole[whole.Length / 2] ^= 1;
        File.WriteAllBytes(file, whole);
        Assert.Null(cache.Find("a"));
        cache.Keep("a", "text");
        Assert.Equal("text", cache.Find("a"));
    }

    [Fact]
    public void A_folder_that_cannot_be_is_no_error()
    {
        Directory.CreateDirectory(folder);
        string file = Path.Combine(folder, "file");
        File.WriteAllText(file, "");
        var cache = new PtxCache(file);
        cache.Keep("a", "text");
        Assert.Null(cache.Find("a"));
    }

    [Fact]
    public void Files_that_were_used_longest_ago_go_where_there_are_too_many()
    {
        // Texts that do not get much smaller: a file of each is some 1,500 bytes.
        var random = new Random(1);
        string Text() => string.Concat(Enumerable.Range(0, 1000).Select(_ => (char)random.Next(33, 126)));
        var all = new PtxCache(folder);
        foreach ((int i, string key) in new[] { "a", "b", "c", "d" }.Index())
        {
            all.Keep(key, Text());
            File.SetLastWriteTimeUtc(PathOf(key), DateTime.UtcNow.AddDays(i - 10));
        }

        string foreign = Path.Combine(folder, "notes.txt"), abandoned = Path.Combine(folder, "x.ptx.part"), written = Path.Combine(folder, "y.ptx.part");
        Array.ForEach([foreign, abandoned, written], x => File.WriteAllText(x, "text"));
        File.SetLastWriteTimeUtc(foreign, DateTime.UtcNow.AddDays(-100));
        File.SetLastWriteTimeUtc(abandoned, DateTime.UtcNow.AddDays(-1));
        long size = new FileInfo(PathOf("a")).Length;

        Assert.NotNull(all.Find("a"));   // used just now
        new PtxCache(folder, limit: 4 * size).Keep("e", Text());

        Assert.Equal(["a", "d", "e"], new[] { "a", "b", "c", "d", "e" }.Where(x => all.Find(x) is not null));
        Assert.True(File.Exists(foreign));
        Assert.True(File.Exists(written));
        Assert.False(File.Exists(abandoned));

        string PathOf(string key) => Path.Combine(folder, key + ".ptx.gz");
    }

    [Fact]
    public void It_can_be_turned_off_and_moved()
    {
        Assert.Null(PtxCache.FolderOf("off"));
        Assert.Equal(folder, PtxCache.FolderOf(folder));
        var off = new PtxCache(PtxCache.FolderOf("off"));
        off.Keep("a", "text");
        Assert.Null(off.Find("a"));
    }

    [Fact]
    public void A_name_says_all_that_a_text_depends_on()
    {
        KernelSpecialization two = new(256, 2);
        string[] keys =
        [
            PtxCache.Key(One, two, "SM_90"), PtxCache.Key(Other, two, "SM_90"), PtxCache.Key(One, new(256, 1), "SM_90"), PtxCache.Key(One, two, "SM_80"),
            PtxCache.Key(One.GetGenericMethodDefinition().MakeGenericMethod(typeof(AnySizes)), two, "SM_90"),
            PtxCache.Key(One.GetGenericMethodDefinition().MakeGenericMethod(Sizes(64)), two, "SM_90"),
            PtxCache.Key(One.GetGenericMethodDefinition().MakeGenericMethod(Sizes(128)), two, "SM_90"),
        ];
        Assert.Equal(keys.Length, keys.Distinct().Count());
        Assert.Equal(keys[0], PtxCache.Key(One, two, "SM_90"));
    }

    private static Type Sizes(int channels) => KnownSizes.Of(new Sizes { K = channels, V = 128, Chunk = 32, Updates = 1 }, [], []);

    [Fact]
    public void A_kernel_is_made_of_a_text()
    {
        using Context context = Accelerators.Create(_ => { });
        PTXCompiledKernel kernel = CudaCompiler.Kernel(context, Other, new KernelSpecialization(256, 2), "text");
        Assert.Equal("text", kernel.PTXAssembly);
        Assert.Equal(Other, kernel.SourceMethod);
        Assert.Equal(256, kernel.Specialization.MaxNumThreadsPerGroup);
    }

    private static void First<T>(ArrayView<int> view) => view[0] = 1;

    private static void Second(ArrayView<int> view) => view[0] = 1;
}
