namespace AttentionDsl.Runtime.Tests.Tiles;

/// <summary>Numbers that single precision holds, for both backends.</summary>
public sealed class Matrix(int rows, int columns)
{
    public int Rows { get; } = rows;

    public int Columns { get; } = columns;

    public float[] Values { get; } = new float[rows * columns];

    public float this[int row, int column]
    {
        get => Values[(row * Columns) + column];
        set => Values[(row * Columns) + column] = value;
    }

    public static Matrix Random(Random random, int rows, int columns, float size = 1)
    {
        var matrix = new Matrix(rows, columns);
        for (int i = 0; i < matrix.Values.Length; i++)
        {
            matrix.Values[i] = size * ((2 * random.NextSingle()) - 1);
        }

        return matrix;
    }

    /// <summary>A strictly lower triangular matrix small enough that I + l is well conditioned; what is not below the diagonal must not be read.</summary>
    public static Matrix StrictlyLower(Random random, int rows)
    {
        Matrix matrix = Random(random, rows, rows, 1 / MathF.Sqrt(rows));
        for (int i = 0; i < rows; i++)
        {
            for (int j = i; j < rows; j++)
            {
                matrix[i, j] = float.NaN;
            }
        }

        return matrix;
    }

    /// <summary>Cumulative log decays: every channel falls from row to row, by nothing, a little, or by more than any exponential survives.</summary>
    public static Matrix Decays(Random random, int rows, int columns)
    {
        var matrix = new Matrix(rows, columns);
        for (int j = 0; j < columns; j++)
        {
            float sum = 0, strength = random.Next(4) switch { 0 => 0, 1 => 0.1f, 2 => 5, _ => 1000 };
            for (int i = 0; i < rows; i++)
            {
                sum -= strength * random.NextSingle();
                matrix[i, j] = sum;
            }
        }

        return matrix;
    }

    /// <summary>Rows first, first + step, ...; a negative row is a row of zeros.</summary>
    public Matrix Every(int step, int first)
    {
        var picked = new Matrix(Rows / step, Columns);
        for (int i = 0; i < picked.Rows; i++)
        {
            for (int j = 0; j < Columns; j++)
            {
                picked[i, j] = first + (i * step) < 0 ? 0 : this[first + (i * step), j];
            }
        }

        return picked;
    }
}
