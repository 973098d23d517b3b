using System.Diagnostics;

namespace AttentionDsl.Gallery.Tests;

/// <summary>The program as a user's shell runs it, its output read through pipes.</summary>
internal static class Shell
{
    public static Finished Run(params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "attention-gallery.dll"), .. arguments])
        {
            WorkingDirectory = AppContext.BaseDirectory,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using Process process = Process.Start(start)!;
        process.StandardInput.Close();
        Task<string> output = process.StandardOutput.ReadToEndAsync(), error = process.StandardError.ReadToEndAsync();
        if (!process.WaitForExit(TimeSpan.FromMinutes(3)))
        {
            process.Kill(entireProcessTree: true);
            Assert.Fail($"{string.Join(' ', arguments)}: did not end within 3 minutes");
        }

        return new Finished(process.ExitCode, output.Result, error.Result);
    }

    /// <summary>A run that ended.</summary>
    /// <param name="Code">The exit code: 0 all is well, 1 a result is wrong, 2 the command line, a file or the device is at fault.</param>
    /// <param name="Output">Standard output.</param>
    /// <param name="Error">Standard error.</param>
    public sealed record Finished(int Code, string Output, string Error);
}
