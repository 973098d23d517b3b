using System.Text;

namespace AttentionDsl.Generator;

/// <summary>Writes indented lines. Line ends are \n on every system, so that generated text is the same everywhere.</summary>
internal sealed class SourceWriter
{
    private readonly StringBuilder text = new(1024);
    private int depth;

    public void Line(string line = "")
    {
        if (line.Length != 0)
        {
            text.Append(' ', 4 * depth).Append(line);
        }

        text.Append('\n');
    }

    /// <summary>Writes every line of a text at the present depth.</summary>
    public void Lines(string lines)
    {
        if (lines.IndexOf('\n') < 0)
        {
            Line(lines);
            return;
        }

        foreach (string line in lines.Split('\n'))
        {
            Line(line);
        }
    }

    public void Open(string? head = null)
    {
        if (head is not null)
        {
            Lines(head);
        }

        Line("{");
        depth++;
    }

    public void Close(string end = "}")
    {
        depth--;
        Line(end);
    }

    /// <summary>Lines inside are one step deeper (the body of a brace-less loop, the rest of a long statement).</summary>
    public void Indented(Action write)
    {
        depth++;
        write();
        depth--;
    }

    /// <summary>An XML documentation element, a line a line of its content.</summary>
    public void Doc(string tag, string content)
    {
        string[] lines = content.Replace("&", "&amp;").Replace("<", "&lt;").Replace(">", "&gt;").Split('\n');
        if (lines.Length == 1)
        {
            Line($"/// <{tag}>{lines[0]}</{tag}>");
            return;
        }

        Line($"/// <{tag}>");
        foreach (string line in lines)
        {
            Line($"/// {line}".TrimEnd());
        }

        Line($"/// </{tag}>");
    }

    public override string ToString() => text.ToString();
}
