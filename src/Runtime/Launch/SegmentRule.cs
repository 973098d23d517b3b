namespace AttentionDsl.Runtime;

/// <summary>
/// How an engine cuts long sequences into segments, where sequences and heads are too few for it. A segment's walk must be known twice, once
/// for what it hands on and once for its output, so few segments gain nothing.
/// </summary>
/// <param name="Walks">Walks over chunks that the engine computes at a time; 0: no sequence is cut.</param>
/// <param name="Columns">Value columns of a walk.</param>
/// <param name="FewestChunks">Chunks of the shortest segment.</param>
/// <param name="FewestSegments">Segments of a sequence that is worth cutting.</param>
/// <param name="MostSegments">With more, following the states over the borders takes longer than it saves.</param>
/// <param name="CarryTime">
/// Of the time in which a walk over a chunk computes its output, the part in which one is carried: where no backward follows, a sequence has one segment more, before the others, that
/// advances for as long as these are carried. 0: it has not.
/// </param>
internal readonly record struct SegmentRule(int Walks, int Columns, int FewestChunks = 16, int FewestSegments = 4, int MostSegments = 32, double CarryTime = 0)
{
    /// <summary>
    /// Segments of every sequence: as many as there are walks at a time, spread over the sequences by their chunks. Short sequences among long ones
    /// stay whole.
    /// </summary>
    /// <param name="chunks">Chunks of every sequence.</param>
    /// <param name="heads">Value heads.</param>
    /// <param name="columns">Value columns.</param>
    public int[] Segments(IReadOnlyList<long> chunks, int heads, int columns)
    {
        int[] segments = [.. Enumerable.Repeat(1, chunks.Count)];
        if (Walks == 0)
        {
            return segments;
        }

        long all = chunks.Sum() * heads * ((columns + Columns - 1) / Columns);
        for (int i = 0; i < segments.Length && all > 0; i++)
        {
            long most = Math.Min(Math.Min(chunks[i] * Walks / all, chunks[i] / FewestChunks), MostSegments);
            if (most >= FewestSegments)
            {
                // Segments have as many chunks each, the last perhaps fewer.
                long length = (chunks[i] + most - 1) / most;
                segments[i] = (int)((chunks[i] + length - 1) / length);
            }
        }

        return segments;
    }
}
