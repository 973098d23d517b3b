using AttentionDsl.Lab.Training;

namespace AttentionDsl.Lab.Reports;

/// <summary>The folder of <c>--out</c>.</summary>
internal sealed class OutputFolder(string path)
{
    private string Checkpoints => Path.Combine(path, "checkpoints");

    /// <summary>Makes sure, before anything is trained, that there is a folder, that it can be written to, and that the disk has room.</summary>
    /// <exception cref="IOException">It is not so.</exception>
    public void Prepare(int runs, long bytesEach)
    {
        // A checkpoint is written beside the one before it; tables and plots are small.
        long needed = ((runs + 1L) * bytesEach) + (8 << 20);
        try
        {
            Directory.CreateDirectory(Checkpoints);
            string probe = Path.Combine(Checkpoints, $".probe-{Environment.ProcessId}");
            try
            {
                File.WriteAllBytes(probe, new byte[bytesEach]);
            }
            finally
            {
                File.Delete(probe);
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new IOException($"--out {path}: cannot be written to ({exception.Message.TrimEnd('.')}). Nothing was trained; choose another folder.");
        }

        long free = new DriveInfo(Path.GetFullPath(path)).AvailableFreeSpace;
        if (free < needed)
        {
            throw new IOException($"--out {path}: the disk has {free >> 20} MiB free, but checkpoints and reports need up to {needed >> 20} MiB. Nothing was trained; free some space or choose another folder.");
        }
    }

    /// <summary>The path of a report.</summary>
    public string Report(string name) => Path.Combine(path, name);

    /// <summary>The checkpoint of a run.</summary>
    public Checkpoint Checkpoint(string run) =>
        new(Path.Combine(Checkpoints, string.Concat(run.Select(x => char.IsAsciiLetterOrDigit(x) ? x : '-')) + ".safetensors"));
}
