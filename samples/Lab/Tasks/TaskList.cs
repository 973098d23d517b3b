namespace AttentionDsl.Lab.Tasks;

/// <summary>Tasks by their names.</summary>
internal static class TaskList
{
    /// <exception cref="ArgumentException">There is no such task, or a size does not fit it.</exception>
    public static SequenceTask Make(string name, int? size, int? length, string? file) => name.ToLowerInvariant() switch
    {
        "mqar" => new Recall { Pairs = Between(name, size ?? 8, 2, 32), Writes = size ?? 8 },
        "reassigned" => new Recall { Pairs = Between(name, size ?? 8, 2, 32), Writes = 3 * (size ?? 8) },
        "episodes" => new Recall { Pairs = Between(name, size ?? 4, 2, 32), Writes = 6 * (size ?? 4), Episodes = true },
        "palindrome" => new Palindrome { Symbols = Between(name, size ?? 24, 2, 1024) },
        "stacks" => new Stacks { Count = Between(name, size ?? 4, 1, 256), Tokens = Between(name, length ?? 96, 8, 65536) },
        "parity" => new Counting { Modulus = 2, Tokens = Between(name, length ?? 32, 2, 65536) },
        "counting" => new Counting { Modulus = Between(name, size ?? 3, 2, 64), Tokens = Between(name, length ?? 32, 2, 65536) },
        "text" => new Text(file ?? throw new ArgumentException("--task text: expected the text with --file FILE."), Between(name, length ?? 128, 8, 65536)),
        _ => throw new ArgumentException($"there is no task '{name}'; there are mqar, reassigned, episodes, palindrome, stacks, parity, counting, text."),
    };

    private static int Between(string task, int value, int least, int most) => value >= least && value <= most
        ? value
        : throw new ArgumentException($"--task {task}: expected a size or length from {least} to {most}, but got {value}.");
}
