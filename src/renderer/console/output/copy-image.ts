/** Puts an image on the clipboard, as a PNG whatever it was; false when that is not possible. */
export const copyImage = async (address: string): Promise<boolean> => {
  const image = new Image();
  image.src = address;
  try {
    await image.decode();
    const canvas = document.createElement('canvas');
    canvas.width = image.naturalWidth;
    canvas.height = image.naturalHeight;
    canvas.getContext('2d')?.drawImage(image, 0, 0);
    const png = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, 'image/png'));
    if (png === null) return false;
    await navigator.clipboard.write([new ClipboardItem({ 'image/png': png })]);
    return true;
  } catch {
    return false;
  }
};

/** Copies an image whose bytes are at hand. */
export const copyImageBytes = async (bytes: Uint8Array<ArrayBuffer>, type: string): Promise<boolean> => {
  const address = URL.createObjectURL(new Blob([bytes], { type }));
  try {
    return await copyImage(address);
  } finally {
    URL.revokeObjectURL(address);
  }
};
