import type { Migration } from '../stores/schema.ts';

/** The tables of the portal. Steps are only added, and each bears to be done twice. */
export const MIGRATIONS: readonly Migration[] = [
  {
    version: 1,
    statements: [
      `CREATE TABLE IF NOT EXISTS companies (
        id CHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY KEY,
        companyName VARCHAR(200) NOT NULL,
        registrationNumber VARCHAR(50) CHARACTER SET ascii COLLATE ascii_general_ci NOT NULL,
        businessType VARCHAR(100) NOT NULL,
        address VARCHAR(500) NOT NULL,
        contactPerson VARCHAR(200) NOT NULL,
        email VARCHAR(254) NOT NULL,
        phone VARCHAR(40) NOT NULL,
        submittedDate DATETIME(3) NOT NULL,
        status ENUM('pending', 'approved', 'rejected') NOT NULL DEFAULT 'pending',
        UNIQUE KEY companies_registration_number (registrationNumber),
        KEY companies_newest (submittedDate, id),
        KEY companies_newest_of_status (status, submittedDate, id)
      ) CHARACTER SET utf8mb4 ENGINE = InnoDB`,
      `CREATE TABLE IF NOT EXISTS admin_sessions (
        token_hash BINARY(32) NOT NULL PRIMARY KEY,
        csrf_token CHAR(43) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
        username VARCHAR(200) NOT NULL,
        created_at DATETIME(3) NOT NULL,
        last_seen_at DATETIME(3) NOT NULL,
        KEY admin_sessions_created (created_at)
      ) CHARACTER SET utf8mb4 ENGINE = InnoDB`,
    ],
  },
];
