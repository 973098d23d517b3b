using Spectre.Console;

namespace AttentionDsl.Lab.Commands;

/// <summary>Turns what went wrong into one line and an exit code.</summary>
internal static class Guard
{
    private const int Fault = 2, Stopped = 130;

    /// <summary>Runs a command on a thread of its own, so that Ctrl+C is heard meanwhile.</summary>
    public static Task<int> Run(Func<int> command) => Task.Run(() => Guarded(command));

    private static int Guarded(Func<int> command)
    {
        if (Console.IsOutputRedirected)
        {
            // A file or a pipe has no width; a line a row is what other programs can read.
            AnsiConsole.Profile.Width = 240;
        }

        try
        {
            return command();
        }
        catch (OperationCanceledException)
        {
            Console.Error.WriteLine("stopped: with --out, the same command goes on from the last checkpoints.");
            return Stopped;
        }
        catch (Exception exception) when (exception is ArgumentException or InvalidDataException or IOException or UnauthorizedAccessException or NotSupportedException)
        {
            Console.Error.WriteLine($"error: {exception.Message}");
            return Fault;
        }
    }
}
