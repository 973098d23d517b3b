using Spectre.Console;

namespace AttentionDsl.Lab.Commands;

/// <summary>Turns what went wrong into one line and an exit code.</summary>
internal static class Guard
{
    private const int Fault = 2, Stopped = 130;

    public static Task<int> Run(Func<int> command)
    {
        if (Console.IsOutputRedirected)
        {
            // A file or a pipe has no width; a line a row is what other programs can read.
            AnsiConsole.Profile.Width = 240;
        }

        try
        {
            return Task.FromResult(command());
        }
        catch (OperationCanceledException)
        {
            Console.Error.WriteLine("stopped: with --out, the same command goes on from the last checkpoints.");
            return Task.FromResult(Stopped);
        }
        catch (Exception exception) when (exception is ArgumentException or InvalidDataException or IOException or UnauthorizedAccessException or NotSupportedException)
        {
            Console.Error.WriteLine($"error: {exception.Message}");
            return Task.FromResult(Fault);
        }
    }
}
