using Spectre.Console;

namespace AttentionDsl.Gallery.Commands;

/// <summary>What the commands share.</summary>
internal static class Gallery
{
    /// <summary>Exit code: everything is as it should be.</summary>
    public const int Success = 0;

    /// <summary>Exit code: a result is wrong.</summary>
    public const int Failure = 1;

    /// <summary>Exit code: the command line, a file or the device is at fault.</summary>
    public const int Fault = 2;

    /// <summary>Runs a command; a fault of its arguments is one line on standard error.</summary>
    public static int Guard(Func<int> command)
    {
        // A file or a pipe has no width: a line a row is what other programs can read. A narrow terminal breaks rows; squeezed columns show nothing.
        AnsiConsole.Profile.Width = Console.IsOutputRedirected ? 400 : Math.Max(AnsiConsole.Profile.Width, 140);

        try
        {
            return command();
        }
        catch (Exception exception) when (exception is ArgumentException or InvalidDataException or IOException or UnauthorizedAccessException or NotSupportedException or InvalidOperationException)
        {
            Console.Error.WriteLine($"error: {exception.Message}");
            return Fault;
        }
    }

    /// <summary>Does something for each of many, with a progress bar on standard error: standard output is for results.</summary>
    public static void ForEach<T>(string what, IReadOnlyList<T> many, Func<T, string> name, Action<T> action)
    {
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Error) });
        console.Progress().AutoClear(true).Start(context =>
        {
            ProgressTask task = context.AddTask(what, maxValue: many.Count);
            foreach (T one in many)
            {
                task.Description = Markup.Escape(name(one));
                action(one);
                task.Increment(1);
            }
        });
    }

    /// <summary>A number with two digits.</summary>
    public static string Number(double value) => value == 0 ? "0" : value.ToString("0.0e-0", System.Globalization.CultureInfo.InvariantCulture);

    /// <summary>A count with a unit, such as 1.25 M.</summary>
    public static string Count(double value) => value switch
    {
        >= 1e9 => FormattableString.Invariant($"{value / 1e9:0.00} G"),
        >= 1e6 => FormattableString.Invariant($"{value / 1e6:0.00} M"),
        >= 1e3 => FormattableString.Invariant($"{value / 1e3:0.0} k"),
        _ => FormattableString.Invariant($"{value:0}"),
    };

    /// <summary>A size in memory, such as 64 KiB.</summary>
    public static string Bytes(long value) => value switch
    {
        >= 1 << 20 => FormattableString.Invariant($"{value / (double)(1 << 20):0.#} MiB"),
        >= 1 << 10 => FormattableString.Invariant($"{value / (double)(1 << 10):0.#} KiB"),
        _ => $"{value} B",
    };

    /// <summary>A table that stays readable in a file or a pipe: no colours are needed, and few lines.</summary>
    public static Table Table(params string[] columns)
    {
        var table = new Table().Border(TableBorder.Simple);
        foreach (string column in columns)
        {
            table.AddColumn(new TableColumn(column).NoWrap().Padding(0, 0, 1, 0));
        }

        return table;
    }
}
